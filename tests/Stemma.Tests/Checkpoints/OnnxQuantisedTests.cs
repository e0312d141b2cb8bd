using Stemma.Checkpoints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints;

/// <summary>What ONNX Runtime's tools make of a model to run it in 2 to 8 bits is read as the weights that it stands for.</summary>
public sealed class OnnxQuantisedTests : IDisposable
{
    private const int F32 = 1, U8 = 2, I8 = 3;
    private const string Node = "/model/layers.0/mlp/up_proj/MatMul_Q4", Name = "model.layers.0.mlp.up_proj.weight";

    private readonly TempFolder _folder = new();

    /// <summary>One row of 8 inputs in two blocks of four: 0x10 0x32 are the codes 0 to 3, 0xFE 0xDC are 14, 15, 12, 13. z = 8 where nothing is said, else 1 and 2 from the byte 0x21.</summary>
    [Theory]
    [InlineData(false, new float[] { -4, -3.5f, -3, -2.5f, 12, 14, 8, 10 })]
    [InlineData(true, new float[] { -0.5f, 0, 0.5f, 1, 24, 26, 20, 22 })]
    public void Golden(bool zeros, float[] expected)
    {
        List<byte[]> fields =
        [
            OnnxWriter.Initialiser("w_Q4", U8, [1, 2, 2], [0x10, 0x32, 0xFE, 0xDC]), OnnxWriter.Initialiser("w_scales", F32, [2], Floats(0.5f, 2)),
            OnnxWriter.Node("MatMulNBits", Node, zeros ? ["x", "w_Q4", "w_scales", "w_zero_points"] : ["x", "w_Q4", "w_scales"], Sizes(8, 1, 4, 4)),
        ];
        if (zeros) fields.Add(OnnxWriter.Initialiser("w_zero_points", U8, [1], [0x21]));
        using var checkpoint = Open(fields);
        var tensor = Assert.Single(checkpoint.Tensors);
        Assert.Equal((Name, "ONNX 4-bit, groups of 4"), (tensor.Name, tensor.Packing!.Name));
        Assert.Equal([1, 8], tensor.Shape);
        Assert.Equal(expected, Numbers(checkpoint));
        Assert.DoesNotContain(checkpoint.Notices, notice => notice.LimitsCoverage);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(4, true)]
    [InlineData(8, true)]
    [InlineData(8, false)]
    public void Rows_in_any_order_are_the_formula_of_the_operator(int bits, bool zeros)
    {
        const int Outputs = 5, Blocks = 3, Block = 16;
        var dice = new Dice(bits);
        var codes = Codes(dice, Outputs * Blocks * Block, bits);
        var points = Codes(dice, Outputs * Blocks, bits);
        var scales = dice.Normals(Outputs * Blocks);
        // Each row of zero points begins with a byte of its own.
        var packedZeros = Enumerable.Range(0, Outputs).SelectMany(row => Packed(points[(row * Blocks)..((row + 1) * Blocks)], bits)).ToArray();
        using var checkpoint = Open(
        [
            OnnxWriter.Initialiser("w", U8, [Outputs, Blocks, Block * bits / 8], Packed(codes, bits)), OnnxWriter.Initialiser("s", F32, [Outputs * Blocks], Floats(scales)),
            OnnxWriter.Initialiser("z", U8, [packedZeros.Length], packedZeros), OnnxWriter.Node("MatMulNBits", Node, zeros ? ["x", "w", "s", "z"] : ["x", "w", "s", "", ""], Sizes(Blocks * Block, Outputs, bits, Block)),
        ]);
        var tensor = checkpoint.Tensors.Single(one => one.Name == Name);
        for (var row = Outputs - 1; row >= 0; row--)
        {
            var numbers = new float[Blocks * Block];
            checkpoint.ReadNumbers(tensor, row, numbers);
            Assert.Equal(Enumerable.Range(0, numbers.Length).Select(i => (codes[(row * numbers.Length) + i] - (zeros ? points[(row * Blocks) + (i / Block)] : 1 << (bits - 1))) * scales[(row * Blocks) + (i / Block)]), numbers);
        }
    }

    [Theory]
    [InlineData(I8, false)]
    [InlineData(U8, true)]
    public void Nameless_integers_are_turned_and_named_after_their_node(int type, bool perOutput)
    {
        // [in 2, out 3].
        byte[] codes = [1, 2, 3, 200, 5, 6];
        float Code(int i) => type == I8 ? (sbyte)codes[i] : codes[i];
        float[] scales = perOutput ? [1, 2, 4] : [0.5f], zeros = perOutput ? [1, 0, 3] : [7];
        using var checkpoint = Open(
        [
            OnnxWriter.Initialiser("onnx::MatMul_7_quantized", type, [2, 3], codes), OnnxWriter.Initialiser("onnx::MatMul_7_scale", F32, perOutput ? [3] : [], Floats(scales)),
            OnnxWriter.Initialiser("onnx::MatMul_7_zero_point", type, perOutput ? [3] : [], Array.ConvertAll(zeros, zero => (byte)zero)),
            OnnxWriter.Node("MatMulInteger", "/model/layers.0/mlp/up_proj/MatMul_quant", "x_quantized", "onnx::MatMul_7_quantized", "x_zero_point", "onnx::MatMul_7_zero_point"),
        ]);
        var tensor = Assert.Single(checkpoint.Tensors);
        Assert.Equal((Name, perOutput ? "ONNX 8-bit, one scale per output" : "ONNX 8-bit, one scale"), (tensor.Name, tensor.Packing!.Name));
        Assert.Equal([3, 2], tensor.Shape);
        Assert.Equal(from o in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 2) select (Code((i * 3) + o) - zeros[perOutput ? o : 0]) * scales[perOutput ? o : 0], Numbers(checkpoint));
    }

    [Fact]
    public void Integers_that_kept_their_name_lie_as_their_module_has_them()
    {
        using var checkpoint = Open(
        [
            OnnxWriter.Initialiser("model.embed_tokens.weight_quantized", U8, [3, 2], [10, 11, 12, 13, 14, 15]), OnnxWriter.Initialiser("model.embed_tokens.weight_scale", F32, [], Floats(0.5f)),
            OnnxWriter.Initialiser("model.embed_tokens.weight_zero_point", U8, [], [12]),
        ]);
        Assert.Equal("model.embed_tokens.weight", Assert.Single(checkpoint.Tensors).Name);
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1, 1.5f], Numbers(checkpoint));
    }

    public static TheoryData<string> Misfits => ["columns that are no whole blocks", "an order of groups", "two nodes", "too few codes", "too few scales", "zero points in full", "sizes that wrap round", "no node"];

    /// <summary>Everything else is said of such a weight but that it was read.</summary>
    [Theory]
    [MemberData(nameof(Misfits))]
    public void What_does_not_fit_in_every_respect_is_not_read_and_told(string misfit)
    {
        const int Outputs = 64, Inputs = 256, Block = 32;
        string[] inputs = misfit == "an order of groups" ? ["x", "w", "s", "z", "g"] : ["x", "w", "s", "z"];
        var sizes = misfit switch
        {
            "columns that are no whole blocks" => Sizes(Inputs - 1, Outputs, 4, Block),
            "sizes that wrap round" => Sizes(1L << 62, 1L << 62, 4, 1L << 61),
            _ => Sizes(Inputs, Outputs, 4, Block),
        };
        var codes = Outputs * Inputs / 2 - (misfit == "too few codes" ? 1 : 0);
        List<byte[]> fields =
        [
            OnnxWriter.Initialiser("w", U8, misfit == "too few codes" ? [1, codes] : [Outputs, Inputs / Block, Block / 2], new byte[codes]),
            OnnxWriter.Initialiser("s", F32, [misfit == "too few scales" ? 1 : Outputs * Inputs / Block], new byte[4 * (misfit == "too few scales" ? 1 : Outputs * Inputs / Block)]),
            misfit == "zero points in full" ? OnnxWriter.Initialiser("z", F32, [Outputs * Inputs / Block], new byte[4 * Outputs * Inputs / Block]) : OnnxWriter.Initialiser("z", U8, [Outputs * Inputs / Block / 2], new byte[Outputs * Inputs / Block / 2]),
            OnnxWriter.Initialiser("g", 6, [Inputs], new byte[4 * Inputs]),
        ];
        if (misfit != "no node") fields.Add(OnnxWriter.Node("MatMulNBits", Node, inputs, sizes));
        if (misfit == "two nodes") fields.Add(OnnxWriter.Node("MatMulNBits", Node + "_2", inputs, sizes));
        using var checkpoint = Open(fields);
        Assert.All(checkpoint.Tensors, tensor => Assert.Null(tensor.Packing));
        Assert.Contains(checkpoint.Notices, notice => notice is { Code: "unread-tensor", LimitsCoverage: true } && notice.Text.Contains(" w", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_in_4_bit_blocks_is_the_child_of_its_original_and_a_stranger_is_a_stranger()
    {
        var parent = Engine.Fingerprint(Repository.At("examples/parent"));
        var verdict = Engine.Compare(Engine.Fingerprint(Export("parent")), parent).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        var operation = Assert.Single(verdict.Operations);
        Assert.Equal("quantised", operation.Name);
        Assert.StartsWith("ONNX 4-bit, groups of 32", operation.Detail, StringComparison.Ordinal);
        Assert.Equal(Direction.SubjectFromReference, verdict.Direction);
        Assert.Equal(Relation.Unrelated, Engine.Compare(Engine.Fingerprint(Export("stranger")), parent).Verdict.Relation);
    }

    public void Dispose() => _folder.Dispose();

    private static (string, long)[] Sizes(long inputs, long outputs, long bits, long block) => [("K", inputs), ("N", outputs), ("bits", bits), ("block_size", block), ("accuracy_level", 4)];

    private static int[] Codes(Dice dice, int count, int bits) => [.. Enumerable.Range(0, count).Select(_ => dice.Below(1 << bits))];

    private static byte[] Floats(params float[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];

    private static byte[] Packed(int[] codes, int bits)
    {
        var bytes = new byte[((codes.Length * bits) + 7) / 8];
        for (var i = 0; i < codes.Length; i++) bytes[i * bits / 8] |= (byte)(codes[i] << (i * bits % 8));
        return bytes;
    }

    /// <summary>Linear weights in blocks of 32 with a zero point, as the quantiser for MatMulNBits leaves them; all else as it was.</summary>
    private string Export(string model)
    {
        const int Block = 32;
        var fields = new List<byte[]>();
        using var checkpoint = CheckpointOpener.Open(Repository.At("examples", model));
        foreach (var tensor in checkpoint.Tensors)
        {
            var numbers = new float[tensor.Count];
            checkpoint.ReadNumbers(tensor, 0, numbers);
            if (!tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal))
            {
                fields.Add(OnnxWriter.Initialiser(tensor.Name, F32, [.. tensor.Shape], Floats(numbers)));
                continue;
            }

            var (codes, scales, zeros) = (new int[numbers.Length], new float[numbers.Length / Block], new int[numbers.Length / Block]);
            for (var b = 0; b < scales.Length; b++)
            {
                var block = numbers.AsSpan(b * Block, Block).ToArray();
                var low = Math.Min(0, block.Min());
                scales[b] = Math.Max((Math.Max(0, block.Max()) - low) / 15, 1e-6f);
                zeros[b] = (int)MathF.Round(-low / scales[b]);
                for (var i = 0; i < Block; i++) codes[(b * Block) + i] = Math.Clamp((int)MathF.Round(block[i] / scales[b]) + zeros[b], 0, 15);
            }

            var (name, blocks) = ($"onnx::MatMul_{fields.Count}", (int)tensor.Columns / Block);
            fields.Add(OnnxWriter.Initialiser(name + "_Q4", U8, [tensor.Rows, blocks, Block / 2], Packed(codes, 4)));
            fields.Add(OnnxWriter.Initialiser(name + "_scales", F32, [scales.Length], Floats(scales)));
            byte[] points = [.. Enumerable.Range(0, (int)tensor.Rows).SelectMany(row => Packed(zeros[(row * blocks)..((row + 1) * blocks)], 4))];
            fields.Add(OnnxWriter.Initialiser(name + "_zero_points", U8, [points.Length], points));
            var path = "/" + tensor.Name[..^".weight".Length].Replace(".", "/", StringComparison.Ordinal).Replace("layers/", "layers.", StringComparison.Ordinal) + "/MatMul_Q4";
            fields.Add(OnnxWriter.Node("MatMulNBits", path, ["x", name + "_Q4", name + "_scales", name + "_zero_points"], Sizes(tensor.Columns, tensor.Rows, 4, Block)));
        }

        File.Copy(Repository.At("examples", model, "config.json"), _folder["config.json"], overwrite: true);
        return _folder.Write(model + ".onnx", OnnxWriter.Model([.. fields]));
    }

    private Checkpoint Open(IEnumerable<byte[]> fields) => CheckpointOpener.Open(_folder.Write("m.onnx", OnnxWriter.Model([.. fields])));

    private static float[] Numbers(Checkpoint checkpoint)
    {
        var numbers = new float[checkpoint.Tensors[0].Count];
        checkpoint.ReadNumbers(checkpoint.Tensors[0], 0, numbers);
        return numbers;
    }
}
