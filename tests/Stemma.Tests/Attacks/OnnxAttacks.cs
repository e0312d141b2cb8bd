using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

/// <summary>ONNX models that lie about sizes, and above all about where their numbers lie.</summary>
public sealed class OnnxAttacks : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("../secret")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/data")]
    [InlineData("sub\\data")]
    [InlineData("C:data")]
    [InlineData("a..b")]
    [InlineData("")]
    [InlineData("data\0")]
    public void A_location_that_is_no_plain_name_is_refused(string location)
    {
        File.WriteAllText(_folder["data"], "0123456789");
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", location))), FaultCode.UnsafeName);
    }

    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_refused()
    {
        using var elsewhere = new TempFolder();
        File.CreateSymbolicLink(_folder["data"], elsewhere.Write("secret", [1, 2, 3, 4]));
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", "data"))), FaultCode.LinkRefused);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused() => Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", "nowhere"))), FaultCode.NotFound);

    [Theory]
    [InlineData("7", "4")]
    [InlineData("11", "4")]
    [InlineData("-1", "4")]
    [InlineData("0x0", "4")]
    [InlineData("1e1", "4")]
    [InlineData("9223372036854775807", "4")]
    [InlineData("9223372036854775808", "4")]
    [InlineData("0", "3")]
    [InlineData("0", "5")]
    [InlineData("0", "-4")]
    public void Places_outside_the_file_and_other_lengths_are_refused(string offset, string length)
    {
        File.WriteAllText(_folder["data"], "0123456789");
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", "data"), ("offset", offset), ("length", length))), FaultCode.OnnxExternalInvalid);
    }

    [Fact]
    public void Unknown_or_repeated_words_and_numbers_in_two_places_are_refused()
    {
        File.WriteAllText(_folder["data"], "0123456789");
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", "data"), ("command", "x"))), FaultCode.OnnxExternalInvalid);
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("offset", "0"))), FaultCode.OnnxExternalInvalid);
        Refused(OnnxWriter.Model(OnnxWriter.External("w", 2, [4], ("location", "data"), ("location", "data"))), FaultCode.OnnxInvalid);
        var both = OnnxWriter.Initialiser("w", 2, [4], [1, 2, 3, 4], t => t.Bytes(13, new OnnxWriter().Text(1, "location").Text(2, "data").ToArray()).Number(14, 1));
        Refused(OnnxWriter.Model(both), FaultCode.OnnxExternalInvalid);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(3, 4)]
    [InlineData(-4, 4)]
    [InlineData(long.MaxValue, 4)]
    public void Shapes_that_the_bytes_deny_are_refused(long size, int bytes) =>
        Refused(OnnxWriter.Model(OnnxWriter.Initialiser("w", 2, [size], new byte[bytes])), FaultCode.OnnxTensorInvalid);

    [Fact]
    public void Sizes_that_overflow_when_multiplied_are_refused() =>
        Refused(OnnxWriter.Model(OnnxWriter.Initialiser("w", 1, [1L << 31, 1L << 31, 1L << 31], new byte[4])), FaultCode.OnnxTensorInvalid);

    [Fact]
    public void Names_twice_or_none_are_refused()
    {
        var one = OnnxWriter.Initialiser("w", 2, [1], [1]);
        Refused(OnnxWriter.Model(one, one), FaultCode.OnnxTensorInvalid);
        Refused(OnnxWriter.Model(OnnxWriter.Initialiser("", 2, [1], [1])), FaultCode.OnnxTensorInvalid);
    }

    /// <summary>A broken message is no ONNX model; by its name it is refused as one.</summary>
    [Fact]
    public void Broken_messages_are_refused()
    {
        byte[][] broken =
        [
            [8, 8], [8, 8, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [8, 8, 0x3A], [8, 8, 0x3B, 0x3C], [8, 8, 0x00, 0x01], [8, 0x80],
            OnnxWriter.Model([0x2A, 0x7F]), OnnxWriter.Model([0x2A, 0x02, 0x0A, 0x7F]), OnnxWriter.Model([0x2B]), [.. OnnxWriter.Model(), .. OnnxWriter.Model()], [8, 8, .. Enumerable.Repeat((byte)0xFF, 40)],
        ];
        foreach (var bytes in broken) Refused(bytes, FaultCode.OnnxInvalid);
    }

    [Fact]
    public void Ten_million_dimensions_or_a_giant_name_take_no_memory()
    {
        Refused(OnnxWriter.Model(new OnnxWriter().Bytes(5, new OnnxWriter().Bytes(1, new byte[1 << 20]).ToArray()).ToArray()), FaultCode.OnnxInvalid);
        Refused(OnnxWriter.Model(OnnxWriter.Initialiser(new string('w', 1 << 20), 2, [1], [1])), FaultCode.OnnxInvalid);
    }

    [Fact]
    public void Cut_or_changed_anywhere_it_is_read_or_refused()
    {
        var good = OnnxWriter.Model(OnnxWriter.Initialiser("w", 1, [2, 2], new byte[16]), OnnxWriter.Node("MatMul", "/m/MatMul", "/x", "w"));
        for (var at = 0; at < good.Length; at++)
        {
            var changed = good.ToArray();
            changed[at] ^= 0xFF;
            foreach (var bytes in (byte[][])[good[..at], changed])
            {
                try
                {
                    using var checkpoint = CheckpointOpener.Open(_folder.Write("m.onnx", bytes));
                    foreach (var tensor in checkpoint.Tensors.Where(t => t.Rows > 0)) checkpoint.ReadRows(tensor, 0, new byte[tensor.ByteLength]);
                }
                catch (StemmaException e)
                {
                    Assert.NotEmpty(e.Fault.Found);
                }
            }
        }
    }

    [Fact]
    public void Weights_in_constants_and_inner_graphs_are_told()
    {
        var node = new OnnxWriter().Bytes(1, new OnnxWriter().Text(2, "c").Text(4, "Constant").Bytes(5, new byte[5000]).ToArray()).ToArray();
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.onnx", OnnxWriter.Model(OnnxWriter.Initialiser("w", 2, [1], [1]), node)));
        Assert.True(Assert.Single(checkpoint.Notices) is { Code: "unread-tensor", LimitsCoverage: true });
    }

    public void Dispose() => _folder.Dispose();

    private void Refused(byte[] bytes, FaultCode code) => Hostile.Refused(_folder.Write("m.onnx", bytes), code);
}
