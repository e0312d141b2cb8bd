using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Stemma.Foundation;
using Stemma.Reporting.Verifying;

namespace Stemma.Reporting.Signing;

/// <summary>Keys in PEM files, as OpenSSL writes them: <c>PRIVATE KEY</c> (PKCS#8, without a password) and <c>PUBLIC KEY</c>.</summary>
internal static class KeyFile
{
    public const string PrivateLabel = "PRIVATE KEY", PublicLabel = "PUBLIC KEY";

    private const int MostBytes = 1 << 16;

    public static PrivateKey ReadPrivate(string path)
    {
        var (algorithm, info) = Read(path, PrivateLabel, "the public key is for verify; sign wants the private one");
        return new(algorithm, info);
    }

    public static PublicKey ReadPublic(string path)
    {
        var (algorithm, info) = Read(path, PublicLabel, "the private key is for sign; verify wants the public one, which ends in .pub");
        return new(algorithm, info);
    }

    /// <summary>A key as a PEM file.</summary>
    public static string Text(string label, byte[] info) => PemEncoding.WriteString(label, info) + "\n";

    private static (KeyAlgorithm Algorithm, byte[] Info) Read(string path, string label, string otherwise)
    {
        var text = Encoding.UTF8.GetString(BoundedFile.Read(path, MostBytes));
        if (!PemEncoding.TryFind(text, out var fields)) throw new StemmaException(FaultCode.KeyInvalid, path, null, "no key in PEM", $"-----BEGIN {label}-----", "stemma sign --generate KEY makes one");
        var found = text[fields.Label];
        if (found != label)
        {
            throw new StemmaException(FaultCode.KeyInvalid, path, null, $"a {SafeText.Escape(found)}", $"a {label}", found switch
            {
                "ENCRYPTED PRIVATE KEY" => "openssl pkcs8 -in KEY -out PLAIN takes the password off",
                "EC PRIVATE KEY" => "openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW brings it into PKCS#8",
                PrivateLabel or PublicLabel => otherwise,
                _ => "openssl pkey reads and writes keys of either form",
            });
        }

        var info = Convert.FromBase64String(text[fields.Base64Data]);
        var algorithm = AlgorithmOf(path, info, label == PrivateLabel);
        return (algorithm, info);
    }

    private static KeyAlgorithm AlgorithmOf(string path, byte[] info, bool secret)
    {
        try
        {
            var key = new AsnReader(info, AsnEncodingRules.DER).ReadSequence();
            if (secret) key.ReadInteger();
            var scheme = key.ReadSequence();
            var oid = scheme.ReadObjectIdentifier();
            if (oid == KeyDer.Ed25519Oid)
            {
                _ = secret ? KeyDer.Ed25519Seed(info) : KeyDer.Ed25519Public(info);
                return KeyAlgorithm.Ed25519;
            }

            var curve = oid == KeyDer.EcOid ? scheme.ReadObjectIdentifier() : "";
            if (curve != KeyDer.P256Oid) throw new StemmaException(FaultCode.KeyUnsupported, path, null, $"a key of the scheme {oid} {curve}".TrimEnd(), "ECDSA on P-256, or Ed25519", "stemma sign --generate KEY makes one");
            using var open = ECDsa.Create();
            if (secret) open.ImportPkcs8PrivateKey(info, out _);
            else open.ImportSubjectPublicKeyInfo(info, out _);
            return KeyAlgorithm.EcdsaP256;
        }
        catch (StemmaException e) when (e.Fault.File.Length == 0)
        {
            throw new StemmaException(e.Fault with { File = path }, e);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new StemmaException(new Fault(FaultCode.KeyInvalid, path, null, $"a key that cannot be read: {e.Message}", "a key in DER inside PEM", ""), e);
        }
    }
}
