using System.Security.Cryptography;
using System.Text;
using Stemma.Foundation;
using Stemma.Reporting.Signing;
using Stemma.Reporting.Verifying;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Signing;

public sealed class SignatureTests
{
    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    [InlineData(KeyAlgorithm.Ed25519)]
    public void What_was_signed_holds_under_its_key_and_under_no_other(KeyAlgorithm algorithm)
    {
        Need(algorithm);
        using var signed = new SignedFile(algorithm);
        signed.NewKey("other", algorithm);
        Assert.True(signed.Holds());
        Assert.Equal("signatures", signed.Wrong("other"));
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    [InlineData(KeyAlgorithm.Ed25519)]
    public void Any_changed_byte_of_the_envelope_or_of_the_file_fails(KeyAlgorithm algorithm)
    {
        Need(algorithm);
        using var signed = new SignedFile(algorithm);
        foreach (var path in new[] { signed.EnvelopePath, signed.Path })
        {
            var bytes = File.ReadAllBytes(path);
            for (var at = 0; at < bytes.Length; at++)
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(1 << (at % 7));
                File.WriteAllBytes(path, changed);
                Assert.NotEqual("", signed.Wrong());
            }

            File.WriteAllBytes(path, [.. bytes, (byte)'\n']);
            Assert.NotEqual("", signed.Wrong());
            File.WriteAllBytes(path, bytes);
        }

        Assert.True(signed.Holds());
    }

    [Fact]
    public void Several_people_can_sign_and_each_is_verified_alone()
    {
        using var signed = new SignedFile();
        signed.NewKey("second");
        signed.NewKey("third");
        signed.Sign("second");
        signed.Sign("second");
        Assert.True(signed.Holds("key"));
        Assert.True(signed.Holds("second"));
        Assert.Equal(2, Envelope.Read(signed.EnvelopePath).Signatures.Count);
        Assert.Equal("signatures", signed.Wrong("third"));
    }

    [Fact]
    public void The_word_for_the_key_is_never_trusted()
    {
        using var signed = new SignedFile();
        var other = signed.NewKey("other");
        var envelope = Envelope.Read(signed.EnvelopePath);
        File.WriteAllBytes(signed.EnvelopePath, (envelope with { Signatures = [envelope.Signatures[0] with { KeyId = other }] }).Write());
        Assert.Equal("signatures[0].keyid", signed.Wrong());
        Assert.Equal("signatures[0].sig", signed.Wrong("other"));
    }

    [Fact]
    public void A_payload_of_another_type_is_no_statement_even_when_it_was_signed()
    {
        using var signed = new SignedFile();
        var key = KeyFile.ReadPrivate(signed.Key("key"));
        var envelope = Envelope.Read(signed.EnvelopePath) with { PayloadType = "text/plain" };
        File.WriteAllBytes(signed.EnvelopePath, (envelope with { Signatures = [new(key.Public().Id, key.Sign(envelope.Signed()))] }).Write());
        Assert.Equal("payloadType", signed.Wrong());
    }

    [Fact]
    public void A_signature_without_the_encoding_does_not_count()
    {
        using var signed = new SignedFile();
        var key = KeyFile.ReadPrivate(signed.Key("key"));
        var envelope = Envelope.Read(signed.EnvelopePath);
        File.WriteAllBytes(signed.EnvelopePath, (envelope with { Signatures = [new(key.Public().Id, key.Sign(envelope.Payload))] }).Write());
        Assert.Equal("signatures[0].sig", signed.Wrong());
    }

    [Fact]
    public void A_statement_about_a_report_does_not_vouch_for_another_kind_of_file()
    {
        using var signed = new SignedFile();
        var key = KeyFile.ReadPrivate(signed.Key("key"));
        var hash = EmbeddedFingerprint.Hash(File.ReadAllBytes(signed.Path));
        var envelope = new Envelope(Statement.PayloadType, Statement.About("finding.txt", hash, Samples.Family), []);
        File.WriteAllBytes(signed.EnvelopePath, (envelope with { Signatures = [new(key.Public().Id, key.Sign(envelope.Signed()))] }).Write());
        Assert.Equal("payload: predicateType", signed.Wrong());
    }

    /// <summary>The scheme comes from the key alone: bytes that are a signature of one scheme are nothing to a key of another.</summary>
    [Fact]
    public void No_file_can_choose_the_scheme()
    {
        Need(KeyAlgorithm.Ed25519);
        using var signed = new SignedFile();
        signed.NewKey("edwards", KeyAlgorithm.Ed25519);
        signed.Sign("edwards");
        var envelope = Envelope.Read(signed.EnvelopePath);
        var swapped = envelope.Signatures.Zip(envelope.Signatures.Reverse(), (one, other) => one with { Signature = other.Signature }).ToList();
        File.WriteAllBytes(signed.EnvelopePath, (envelope with { Signatures = swapped }).Write());
        Assert.EndsWith(".keyid", signed.Wrong("key"));
        Assert.EndsWith(".keyid", signed.Wrong("edwards"));
        foreach (var length in new[] { 0, 1, 63, 64, 65, 70, 72, 200 })
        {
            Assert.False(KeyFile.ReadPublic(signed.Key("key.pub")).Fits("x"u8, new byte[length]));
            Assert.False(KeyFile.ReadPublic(signed.Key("edwards.pub")).Fits("x"u8, new byte[length]));
        }
    }

    [Fact]
    public void Signing_over_an_envelope_about_something_else_is_refused()
    {
        using var signed = new SignedFile();
        File.AppendAllText(signed.Path, "More.\n");
        Assert.Equal(FaultCode.WouldOverwrite, Assert.Throws<StemmaException>(() => signed.Sign("key")).Fault.Code);
        File.WriteAllText(signed.EnvelopePath, "a letter");
        Assert.Equal(FaultCode.WouldOverwrite, Assert.Throws<StemmaException>(() => signed.Sign("key")).Fault.Code);
    }

    public static TheoryData<string, FaultCode, string> OddKeys => new()
    {
        { "nothing", FaultCode.KeyInvalid, "no key" },
        { Pem("RSA"), FaultCode.KeyUnsupported, "1.2.840.113549.1.1.1" },
        { Pem("P-384"), FaultCode.KeyUnsupported, "1.3.132.0.34" },
        { "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n", FaultCode.KeyInvalid, "ENCRYPTED" },
        { "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", FaultCode.KeyInvalid, "PUBLIC KEY" },
        { "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", FaultCode.KeyInvalid, "cannot be read" },
    };

    [Theory]
    [MemberData(nameof(OddKeys))]
    public void A_key_of_another_kind_is_refused_by_name(string pem, FaultCode code, string word)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["key"], pem);
        var fault = Assert.Throws<StemmaException>(() => KeyFile.ReadPrivate(folder["key"])).Fault;
        Assert.Equal(code, fault.Code);
        Assert.Contains(word, fault.Found);
        Assert.Equal(folder["key"], fault.File);
    }

    [Fact]
    public void Without_libsodium_the_refusal_says_what_to_install()
    {
        var fault = Assert.Throws<StemmaException>(() => Sodium.Load(["libsodium-that-nobody-has.so"])).Fault;
        Assert.Equal(FaultCode.LibraryMissing, fault.Code);
        Assert.Contains("apt-get install libsodium23", fault.Remedy);
    }

    /// <summary>RFC 8032, section 7.1, test 2.</summary>
    [Fact]
    public void Ed25519_is_that_of_the_RFC()
    {
        Need(KeyAlgorithm.Ed25519);
        var seed = Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        Assert.Equal("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", Convert.ToHexStringLower(Sodium.Default.KeyPair(seed).Public));
        Assert.Equal(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            Convert.ToHexStringLower(Sodium.Default.Sign([0x72], seed)));
    }

    [Fact]
    public void A_statement_is_an_in_toto_statement_about_the_file()
    {
        using var signed = new SignedFile();
        var payload = Encoding.UTF8.GetString(Envelope.Read(signed.EnvelopePath).Payload);
        Assert.Contains("\"_type\": \"https://in-toto.io/Statement/v1\"", payload);
        Assert.Contains($"\"sha256\": \"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(signed.Path)))}\"", payload);
        Assert.Contains("\"predicateType\": \"urn:stemma:file:v1\"", payload);
        Assert.DoesNotContain(Path.GetDirectoryName(signed.Path)!, payload);
    }

    internal static void Need(KeyAlgorithm algorithm)
    {
        if (algorithm != KeyAlgorithm.Ed25519) return;
        try
        {
            _ = Sodium.Default;
        }
        catch (StemmaException)
        {
            Assert.Skip("There is no libsodium here (Debian: apt-get install libsodium23).");
        }
    }

    private static string Pem(string kind)
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return kind == "RSA" ? rsa.ExportPkcs8PrivateKeyPem() : curve.ExportPkcs8PrivateKeyPem();
    }
}
