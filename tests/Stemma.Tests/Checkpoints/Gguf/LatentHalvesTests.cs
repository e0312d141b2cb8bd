using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Gguf;

/// <summary>DeepSeek's keys and values of the latent vector lie in two tensors of a GGUF file and in one elsewhere; they are read as the one.</summary>
public sealed class LatentHalvesTests : IDisposable
{
    private const int Heads = 3, Rank = 4, Key = 2, Value = 5;

    private readonly TempFolder _folder = new();

    /// <summary>[heads * (key + value), rank], every number its own place.</summary>
    private static readonly float[] Joined = GgufBytes.Numbers(Heads * (Key + Value), Rank, 0);

    /// <summary>[heads, rank, key] and [heads, value, rank].</summary>
    private static readonly float[] Keys = [.. Places(Heads, Rank, Key).Select(at => Number(at.A, at.C, at.B))],
        Values = [.. Places(Heads, Value, Rank).Select(at => Number(at.A, Key + at.B, at.C))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_are_turned_back_and_stand_above_the_values_of_their_head(bool folded)
    {
        var path = Write(folded ? [Heads * Rank, Key] : [Heads, Rank, Key], folded ? [Heads * Value, Rank] : [Heads, Value, Rank]);
        using var model = ModelWeights.Open(path);
        var tensor = Assert.Single(model.Checkpoint.Tensors);
        Assert.Equal(("blk.0.attn_kv_b.weight", TensorType.F32, Joined.Length * 4L, null), (tensor.Name, tensor.Type, tensor.StoredBytes, tensor.Packing!.Name));
        Assert.Equal([Heads * (Key + Value), Rank], tensor.Shape);
        Assert.Equal(Joined, model.Read(TensorRole.KvB, 0)!.Data);
        Assert.Empty(model.Checkpoint.Notices);
    }

    [Fact]
    public void Rows_read_one_by_one_are_the_same()
    {
        using var checkpoint = CheckpointOpener.Open(Write([Heads, Rank, Key], [Heads, Value, Rank]));
        var row = new float[Rank];
        for (var i = Heads * (Key + Value) - 1; i >= 0; i--)
        {
            checkpoint.ReadNumbers(checkpoint.Tensors[0], i, row);
            Assert.Equal(Joined[(i * Rank)..((i + 1) * Rank)], row);
        }
    }

    [Fact]
    public void Numbers_in_16_bits_keep_their_type_and_their_bytes()
    {
        byte[] Halves(float[] numbers) => [.. numbers.SelectMany(number => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(number) >> 16)))];
        var file = new GgufBytes().Key("general.architecture", "deepseek2")
            .Tensor("blk.0.attn_k_b.weight", 30, [Key, Rank, Heads], Halves(Keys)).Tensor("blk.0.attn_v_b.weight", 30, [Rank, Value, Heads], Halves(Values));
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.gguf", file.ToArray()));
        var tensor = Assert.Single(checkpoint.Tensors);
        Assert.Equal(TensorType.BF16, tensor.Type);
        var bytes = new byte[tensor.ByteLength];
        checkpoint.ReadRows(tensor, 0, bytes);
        Assert.Equal(Halves(Joined), bytes);
    }

    [Fact]
    public void Blocks_are_named_as_the_grid_that_they_are()
    {
        // One head; 32 numbers of Q8_0 are a scale in half precision and 32 bytes.
        byte[] Block() => [0x00, 0x3C, .. Enumerable.Range(1, 32).Select(i => (byte)i)];
        byte[] Rows(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => Block())];
        var file = new GgufBytes().Key("general.architecture", "deepseek2").Tensor("blk.0.attn_k_b.weight", 8, [32, 32, 1], Rows(32)).Tensor("blk.0.attn_v_b.weight", 8, [32, 2, 1], Rows(2));
        using var model = ModelWeights.Open(_folder.Write("m.gguf", file.ToArray()));
        Assert.Equal("Q8_0", model.Checkpoint.Tensors[0].Packing!.Name);
        var rows = model.Read(TensorRole.KvB, 0)!.Data;
        Assert.All(Enumerable.Range(0, 32), row => Assert.All(rows[(row * 32)..((row + 1) * 32)], number => Assert.Equal(row + 1, number)));
        Assert.Equal(Enumerable.Range(1, 32).Select(i => (float)i), rows[(32 * 32)..(33 * 32)]);
    }

    [Fact]
    public void A_file_that_has_the_joined_matrix_too_is_read_as_it_is()
    {
        var file = Both([Heads, Rank, Key], [Heads, Value, Rank]).Floats("blk.0.attn_kv_b.weight", [Heads * (Key + Value), Rank], Joined);
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.gguf", file.ToArray()));
        Assert.Equal(3, checkpoint.Tensors.Count);
        Assert.All(checkpoint.Tensors, tensor => Assert.Null(tensor.Packing));
    }

    [Theory]
    [InlineData(new[] { Rank, Heads, Key }, new[] { Heads, Value, Rank })]
    [InlineData(new[] { Heads, Rank, Key }, new[] { Heads, Rank, Value })]
    [InlineData(new[] { Heads * Rank * Key }, new[] { Heads, Value, Rank })]
    [InlineData(new[] { Heads, Rank, Key }, new[] { 1, Heads, Value, Rank })]
    public void Halves_that_do_not_fit_are_refused_by_name(int[] keys, int[] values)
    {
        var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Write(keys, values))).Fault;
        Assert.Equal(FaultCode.PackedTensorInvalid, fault.Code);
        Assert.Contains("blk.0.attn_k_b.weight", fault.Found, StringComparison.Ordinal);
        Assert.Contains("[heads, rank, key]", fault.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_half_alone_stays_what_it_is()
    {
        var file = new GgufBytes().Key("general.architecture", "deepseek2").Floats("blk.0.attn_k_b.weight", [Heads, Rank, Key], Keys);
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.gguf", file.ToArray()));
        Assert.Equal("blk.0.attn_k_b.weight", Assert.Single(checkpoint.Tensors).Name);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<(int A, int B, int C)> Places(int a, int b, int c) =>
        from x in Enumerable.Range(0, a) from y in Enumerable.Range(0, b) from z in Enumerable.Range(0, c) select (x, y, z);

    private static float Number(int head, int row, int column) => Joined[(((head * (Key + Value)) + row) * Rank) + column];

    private static GgufBytes Both(int[] keys, int[] values) =>
        new GgufBytes().Key("general.architecture", "deepseek2").Floats("blk.0.attn_k_b.weight", keys, Keys).Floats("blk.0.attn_v_b.weight", values, Values);

    private string Write(int[] keys, int[] values) => _folder.Write("m.gguf", Both(keys, values).ToArray());
}
