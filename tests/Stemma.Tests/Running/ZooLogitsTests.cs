using System.Runtime.InteropServices;
using Stemma.Checkpoints;
using Stemma.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running;

/// <summary>Trained models whose logits an independent implementation computed in double precision.</summary>
public sealed class ZooLogitsTests
{
    [Theory]
    [InlineData("base-0")]
    [InlineData("base-tokb")]
    [InlineData("b0-depth8")]
    [InlineData("b0-moe8")]
    [InlineData("b0-moge")]
    public void Logits_are_those_of_an_independent_implementation(string name)
    {
        var folder = Shared.Require("zoo", name);
        var (ids, expected) = Reference(Path.Combine(folder, "reference_logits.safetensors"));
        using var model = Transformer.Open(folder);
        var most = 0.0;
        var seen = 0;
        model.Start(ids.Length).Score(ids, (position, logits) =>
        {
            seen++;
            for (var i = 0; i < logits.Length; i++) most = Math.Max(most, Math.Abs(logits[i] - (double)expected[(position * logits.Length) + i]));
        });
        Assert.Equal(ids.Length, seen);
        Assert.InRange(most, 0, 1e-3);
    }

    private static (int[] Ids, float[] Logits) Reference(string path)
    {
        using var reference = CheckpointOpener.Open(path);
        var ids = reference.Tensors.Single(t => t.Name == "input_ids");
        var bytes = new byte[ids.ByteLength];
        reference.ReadRows(ids, 0, bytes);
        return (Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), id => (int)id), Workshop.Numbers(path, "logits"));
    }
}
