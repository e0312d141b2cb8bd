using Stemma.Checkpoints;
using Stemma.Tests.Support;

namespace Stemma.Tests.Deriving;

/// <summary>The transformer that the tests of this room trust, against an independent one.</summary>
public sealed class ReferenceModelTests
{
    [Theory]
    [InlineData("base-0")]
    [InlineData("b0-moe8")]
    [InlineData("b0-moge")]
    public void It_computes_what_an_independent_implementation_computed(string name)
    {
        var folder = Shared.Require("zoo", name);
        using var reference = CheckpointOpener.Open(Path.Combine(folder, "reference_logits.safetensors"));
        var ids = reference.Tensors.Single(t => t.Name == "input_ids");
        var bytes = new byte[ids.ByteLength];
        reference.ReadRows(ids, 0, bytes);
        // Later tokens do not change what was said of earlier ones, so a few are enough.
        var tokens = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(id => (int)id).Take(12).ToArray();
        var expected = Workshop.Numbers(Path.Combine(folder, "reference_logits.safetensors"), "logits");
        var vocabulary = (int)reference.Tensors.Single(t => t.Name == "logits").Columns;
        var actual = ReferenceModel.Logits(folder, tokens);
        var wanted = Enumerable.Range(0, tokens.Length).Select(at => expected.AsSpan(at * vocabulary, vocabulary).ToArray().Select(x => (double)x).ToArray()).ToArray();
        Assert.InRange(ReferenceModel.Distance(wanted, actual), 0, 1e-5);
    }
}
