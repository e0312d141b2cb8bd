using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Checkpoints.Remote;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints;

/// <summary>The larger Llamas as their makers publish them: every matrix cut for several processors, a file for each.</summary>
public sealed class ParallelPartsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Llama 1 and 2 cut the embedding along its width, Llama 3 along the vocabulary.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parts_are_the_model_that_was_cut(bool vocabularyCut)
    {
        Write(vocabularyCut);
        using (var original = ModelWeights.Open(CliRun.Parent))
        using (var joined = ModelWeights.Open(_folder.Root))
        {
            foreach (var role in (TensorRole[])[TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O, TensorRole.Gate, TensorRole.Up, TensorRole.Down])
                Assert.Equal(original.Read(role, 1)!.Data, joined.Read(role, 1)!.Data);
            Assert.Equal(original.ReadVector(TensorRole.Q, 1, bias: true), joined.ReadVector(TensorRole.Q, 1, bias: true));
            Assert.Equal(original.Read(TensorRole.Embed, TensorPart.NoLayer)!.Data, joined.Read(TensorRole.Embed, TensorPart.NoLayer)!.Data);
        }

        var verdict = Engine.Compare(Engine.Fingerprint(_folder.Root), Engine.Fingerprint(CliRun.Parent)).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        Assert.Equal(["converted"], verdict.Operations.Select(operation => operation.Name));
    }

    [Fact]
    public void Whoever_names_one_part_means_them_all()
    {
        Write(vocabularyCut: true);
        using var named = CheckpointOpener.Open(_folder["consolidated.01.pth"]);
        Assert.Equal(["consolidated.00.pth", "consolidated.01.pth"], named.Files.Select(file => file.Name));
        Assert.DoesNotContain(named.Tensors, tensor => tensor.Name.Contains('@', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hub:org/model/original")]
    [InlineData("hub:org/model/original/consolidated.00.pth")]
    public async Task Parts_on_a_hub_are_the_model_on_disk(string model)
    {
        Write(vocabularyCut: true);
        await using var hub = (await FakeHub.Start()).With(_folder.Root, "original");
        using var access = hub.Access();
        Assert.Equal(Engine.Fingerprint(_folder.Root).Digest, Engine.Fingerprint(model, new() { Hub = access }).Digest);
    }

    [Fact]
    public void A_part_that_is_missing_is_asked_for()
    {
        Write(vocabularyCut: true);
        File.Delete(_folder["consolidated.00.pth"]);
        Assert.Contains("consolidated.00.pth", Hostile.Refused(_folder.Root, FaultCode.ShardMissing).Found, StringComparison.Ordinal);
        using var alone = CheckpointOpener.Open(_folder["consolidated.01.pth"]);
        Assert.Contains(alone.Notices, notice => notice is { Code: "lone-shard", LimitsCoverage: true });
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_refused()
    {
        Refused(part => [.. part.Skip(1)]);
        Refused(part => [.. part.Select(tensor => tensor.Name == "norm.weight" ? tensor with { Numbers = [.. tensor.Numbers.Reverse()] } : tensor)]);
        Refused(part => [.. part.Select(tensor => tensor.Name == "layers.0.feed_forward.w1.weight" ? tensor with { Shape = [tensor.Shape[0] / 2, tensor.Shape[1]], Numbers = tensor.Numbers[..(tensor.Numbers.Length / 2)] } : tensor)]);
        Refused(part => [.. part, new MakersTensor("more.weight", [4], [1, 2, 3, 4])]);
    }

    [Fact]
    public void A_sign_in_the_name_of_a_tensor_of_one_file_means_nothing()
    {
        File.WriteAllBytes(_folder["consolidated.00.pth"], MakersModel.Saved([new("a@0", [2], [1, 2]), new("a@7", [2], [1, 2])]));
        using var checkpoint = CheckpointOpener.Open(_folder.Root);
        Assert.Equal(["a@0", "a@7"], checkpoint.Tensors.Select(tensor => tensor.Name));
    }

    private void Refused(Func<List<MakersTensor>, List<MakersTensor>> change)
    {
        var parts = Parts(vocabularyCut: true);
        File.WriteAllBytes(_folder["consolidated.00.pth"], MakersModel.Saved(parts[0]));
        File.WriteAllBytes(_folder["consolidated.01.pth"], MakersModel.Saved(change(parts[1])));
        Hostile.Refused(_folder.Root, FaultCode.PackedTensorInvalid);
    }

    private void Write(bool vocabularyCut)
    {
        var parts = Parts(vocabularyCut);
        for (var part = 0; part < parts.Length; part++) File.WriteAllBytes(_folder[$"consolidated.{part:D2}.pth"], MakersModel.Saved(parts[part]));
        File.WriteAllText(_folder["params.json"], MakersModel.Parameters);
    }

    private static List<MakersTensor>[] Parts(bool vocabularyCut)
    {
        var whole = MakersModel.Tensors();
        return [Part(0), Part(1)];

        List<MakersTensor> Part(int part) => [.. whole.Select(tensor => Share(tensor, part, vocabularyCut))];
    }

    private static MakersTensor Share(MakersTensor tensor, int part, bool vocabularyCut) => tensor.Name.Split('.')[^2] switch
    {
        "wq" or "wk" or "wv" or "w1" or "w3" or "output" => Rows(tensor, part),
        "tok_embeddings" when vocabularyCut => Rows(tensor, part),
        "wo" or "w2" or "tok_embeddings" => Columns(tensor, part),
        _ => tensor,
    };

    private static MakersTensor Rows(MakersTensor tensor, int part)
    {
        var half = tensor.Numbers.Length / 2;
        return tensor with { Shape = [tensor.Shape[0] / 2, .. tensor.Shape.Skip(1)], Numbers = tensor.Numbers[(part * half)..((part + 1) * half)] };
    }

    private static MakersTensor Columns(MakersTensor tensor, int part)
    {
        var width = tensor.Columns / 2;
        return tensor with { Shape = [tensor.Rows, width], Numbers = [.. tensor.Numbers.Chunk(tensor.Columns).SelectMany(row => row.Skip(part * width).Take(width))] };
    }
}
