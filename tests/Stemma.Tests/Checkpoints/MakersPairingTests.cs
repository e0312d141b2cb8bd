using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints;

/// <summary>Llama and Mistral in the files of their makers are the models that everybody else has, with the rows of q and k in another order.</summary>
public sealed class MakersPairingTests : IDisposable
{
    private static readonly string Parent = Repository.At("examples/parent");

    private readonly TempFolder _folder = new();

    [Fact]
    public void Rows_are_read_in_the_order_of_everybody_else()
    {
        using var original = ModelWeights.Open(Parent);
        using var makers = ModelWeights.Open(Write());
        Assert.Equal("meta-llama", makers.Anatomy.Architecture);
        Assert.Equal((original.Shape.Heads, original.Shape.KvHeads, original.Shape.HeadDim), (makers.Shape.Heads, makers.Shape.KvHeads, makers.Shape.HeadDim));
        foreach (var role in (TensorRole[])[TensorRole.Q, TensorRole.K, TensorRole.V])
        {
            Assert.Equal(original.Read(role, 1)!.Data, makers.Read(role, 1)!.Data);
            Assert.Equal(original.ReadVector(role, 1, bias: true), makers.ReadVector(role, 1, bias: true));
        }
    }

    [Fact]
    public void The_same_model_is_converted_and_its_child_is_the_child_of_both()
    {
        var (original, makers) = (Engine.Fingerprint(Parent), Engine.Fingerprint(Write()));
        var verdict = Engine.Compare(makers, original).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        Assert.Equal(["converted"], verdict.Operations.Select(operation => operation.Name));
        var child = Engine.Fingerprint(Repository.At("examples/suspect"));
        var (of, instead) = (Engine.Compare(child, original).Verdict, Engine.Compare(child, makers).Verdict);
        Assert.Equal(of.Relation, instead.Relation);
        Assert.Equal(of.Operations.Select(operation => operation.Name), instead.Operations.Select(operation => operation.Name));
    }

    [Fact]
    public void Where_nothing_tells_the_heads_the_order_is_named_and_nobody_is_said_to_have_trained()
    {
        var makers = Engine.Fingerprint(Write(parameters: null));
        Assert.Contains(makers.Notices, notice => notice.Code == "paired-rows" && notice.Text.Contains("params.json", StringComparison.Ordinal));
        var verdict = Engine.Compare(makers, Engine.Fingerprint(Parent)).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        Assert.Equal(["rows-reordered"], verdict.Operations.Select(operation => operation.Name));
        Assert.Equal(Relation.Unrelated, Engine.Compare(makers, Engine.Fingerprint(Repository.At("examples/stranger"))).Verdict.Relation);
    }

    [Theory]
    [InlineData("""{"n_heads":7}""")]
    [InlineData("""{"n_heads":-4}""")]
    [InlineData("""{"n_heads":1e99}""")]
    [InlineData("""{"n_heads":"four"}""")]
    [InlineData("""{"n_heads":[4]}""")]
    [InlineData("""[4]""")]
    public void A_number_of_heads_that_cannot_be_leaves_the_rows_as_they_are(string parameters)
    {
        using var checkpoint = CheckpointOpener.Open(Write(parameters));
        Assert.All(checkpoint.Tensors, tensor => Assert.Equal(0, tensor.PairedRows));
        Assert.Contains(checkpoint.Notices, notice => notice.Code == "paired-rows");
    }

    [Fact]
    public void A_broken_file_of_sizes_is_refused_by_name() =>
        Assert.Equal(FaultCode.ConfigInvalid, Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Write("{"))).Fault.Code);

    [Fact]
    public void Nothing_is_derived_from_the_order_that_no_config_describes()
    {
        var fault = Assert.Throws<StemmaException>(() => Engine.Derive(new Permute(), [Write()], _folder["child"])).Fault;
        Assert.Equal(FaultCode.DerivationUnsupported, fault.Code);
        Assert.Contains("attention.wq", fault.Found, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string? parameters = MakersModel.Parameters)
    {
        var folder = Directory.CreateDirectory(_folder["makers"]).FullName;
        var tensors = MakersModel.Tensors().Select(tensor => IntegerPackers.Stored(tensor.Name, TensorType.BF16, tensor.Shape, tensor.Numbers)).ToList();
        File.WriteAllBytes(Path.Combine(folder, "consolidated.safetensors"), SafetensorsBytes.Of(tensors));
        if (parameters is not null) File.WriteAllText(Path.Combine(folder, "params.json"), parameters);
        return folder;
    }
}
