using System.Security.Cryptography;
using Stemma.Foundation;

namespace Stemma.Reporting.Signing;

/// <summary>A public key.</summary>
/// <param name="Algorithm">The only scheme that it is used with.</param>
/// <param name="Info">SubjectPublicKeyInfo (RFC 5280) in DER.</param>
internal sealed record PublicKey(KeyAlgorithm Algorithm, byte[] Info)
{
    /// <summary>SHA-256 of <see cref="Info"/>, hexadecimal.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Info));

    /// <summary>Whether a signature fits; one of another length or shape does not.</summary>
    public bool Fits(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (Algorithm == KeyAlgorithm.Ed25519) return Sodium.Default.Verify(message, signature, KeyDer.Ed25519Public(Info));
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Info, out _);
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}

/// <summary>A private key.</summary>
/// <param name="Algorithm">The only scheme that it is used with.</param>
/// <param name="Info">PrivateKeyInfo (PKCS#8, RFC 5208) in DER.</param>
internal sealed record PrivateKey(KeyAlgorithm Algorithm, byte[] Info)
{
    public static PrivateKey Generate(KeyAlgorithm algorithm)
    {
        if (algorithm == KeyAlgorithm.Ed25519) return new(algorithm, KeyDer.Ed25519Private(RandomNumberGenerator.GetBytes(Sodium.SeedBytes)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(algorithm, key.ExportPkcs8PrivateKey());
    }

    public PublicKey Public()
    {
        if (Algorithm == KeyAlgorithm.Ed25519) return new(Algorithm, KeyDer.Ed25519Info(Sodium.Default.KeyPair(KeyDer.Ed25519Seed(Info)).Public));
        using var key = Open();
        return new(Algorithm, key.ExportSubjectPublicKeyInfo());
    }

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (Algorithm == KeyAlgorithm.Ed25519) return Sodium.Default.Sign(message, KeyDer.Ed25519Seed(Info));
        using var key = Open();
        return key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private ECDsa Open()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Info, out _);
        return key;
    }
}

/// <summary>The keys' shapes in DER: PKCS#8, SubjectPublicKeyInfo, and those of Ed25519 (RFC 8410).</summary>
internal static class KeyDer
{
    public const string EcOid = "1.2.840.10045.2.1", P256Oid = "1.2.840.10045.3.1.7", Ed25519Oid = "1.3.101.112";

    // 30 2e 02 01 00 30 05 06 03 2b 65 70 04 22 04 20 <seed>, and 30 2a 30 05 06 03 2b 65 70 03 21 00 <key>: RFC 8410, sections 7 and 4.
    private static readonly byte[] PrivateHead = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    private static readonly byte[] PublicHead = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    public static byte[] Ed25519Private(ReadOnlySpan<byte> seed) => [.. PrivateHead, .. seed];

    public static byte[] Ed25519Info(ReadOnlySpan<byte> key) => [.. PublicHead, .. key];

    public static byte[] Ed25519Seed(byte[] info) => info.Length == PrivateHead.Length + Sodium.SeedBytes && info.AsSpan().StartsWith(PrivateHead) ? info[PrivateHead.Length..] : throw Odd();

    public static byte[] Ed25519Public(byte[] info) => info.Length == PublicHead.Length + Sodium.PublicBytes && info.AsSpan().StartsWith(PublicHead) ? info[PublicHead.Length..] : throw Odd();

    private static StemmaException Odd() => new(FaultCode.KeyInvalid, "", null, "an Ed25519 key of another shape", "the shape of RFC 8410 without attributes", "openssl pkey writes it so");
}
