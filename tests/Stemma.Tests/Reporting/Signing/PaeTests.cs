using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Stemma.Reporting.Signing;

namespace Stemma.Tests.Reporting.Signing;

/// <summary>The encoding that is signed, against the test vector of the DSSE specification (protocol.md, "Test Vectors").</summary>
public sealed class PaeTests
{
    private const string Type = "http://example.com/HelloWorld";

    [Fact]
    public void The_vector_of_the_specification() =>
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(Pae.Of(Type, "hello world"u8)));

    /// <summary>The signature that the specification prints was made by other people's code over other people's encoding; it holds over ours.</summary>
    [Fact]
    public void The_signature_of_the_specification_fits_our_encoding()
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Bytes("46950820868899156662930047687818585632848591499744589407958293238635476079160"), Y = Bytes("5640078356564379163099075877009565129882514886557779369047442380624545832820") },
        });
        var signature = Convert.FromBase64String("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
        Assert.True(key.VerifyData(Pae.Of(Type, "hello world"u8), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.False(key.VerifyData(Pae.Of(Type, "hello worle"u8), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public void Lengths_count_bytes_and_not_letters() => Assert.StartsWith("DSSEv1 2 ü 3 €", Encoding.UTF8.GetString(Pae.Of("ü", "€"u8)));

    [Fact]
    public void Nothing_can_move_from_the_type_into_the_payload() => Assert.NotEqual(Pae.Of("a 1 b", "c"u8), Pae.Of("a", "b 1 c"u8));

    private static byte[] Bytes(string number) => BigInteger.Parse(number, CultureInfo.InvariantCulture).ToByteArray(isUnsigned: true, isBigEndian: true);
}
