using Stemma.Checkpoints;
using Stemma.Checkpoints.Remote;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>Repositories keep several models in folders: the makers' files, one folder for each quantisation, an ONNX export. Each can be named.</summary>
public sealed class HubFolderTests : IDisposable
{
    private const string Model = "hub:org/model";

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_folder_of_a_repository_is_a_model_of_its_own()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent).With(Repository.At("examples/stranger"), "other/stranger");
        using var access = hub.Access();
        Assert.Equal(Engine.Fingerprint(Repository.At("examples/stranger")).Digest, Engine.Fingerprint(Model + "/other/stranger", new() { Hub = access }).Digest);
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint(Model, new() { Hub = access }).Digest);
        Assert.Equal(Engine.Fingerprint(Repository.At("examples/stranger")).Digest, Engine.Fingerprint(Model + "/other/stranger/model.safetensors", new() { Hub = access }).Digest);
    }

    [Fact]
    public async Task Small_files_of_the_repository_serve_its_folders_unless_they_have_their_own()
    {
        File.Copy(Path.Combine(CliRun.Parent, "model.safetensors"), _folder["model.safetensors"]);
        _folder.Write("params.json", """{"n_heads":4}"""u8.ToArray());
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent).With(_folder.Root, "sub");
        using var access = hub.Access();
        using var checkpoint = CheckpointOpener.Open(Model + "/sub", access);
        Assert.Equal(File.ReadAllBytes(Path.Combine(CliRun.Parent, "config.json")), File.ReadAllBytes(Path.Combine(checkpoint.Folder!, "config.json")));
        Assert.True(File.Exists(Path.Combine(checkpoint.Folder!, "params.json")));
        using var whole = CheckpointOpener.Open(Model, access);
        Assert.False(File.Exists(Path.Combine(whole.Folder!, "params.json")));
    }

    [Fact]
    public async Task Whoever_names_one_split_of_a_GGUF_file_means_them_all()
    {
        string[] names = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"];
        _folder.Write(names[0], Gguf.GgufTests.Split(0, 2, 2).Key("general.architecture", "llama").Floats("a", [3], [1, 2, 3]).ToArray());
        _folder.Write(names[1], Gguf.GgufTests.Split(1, 2, 2).Floats("b", [2], [4, 5]).ToArray());
        await using var hub = (await FakeHub.Start()).With(_folder.Root, "Q8_0");
        using var access = hub.Access();
        foreach (var name in names.Append(""))
        {
            using var checkpoint = CheckpointOpener.Open($"{Model}/Q8_0/{name}".TrimEnd('/'), access);
            Assert.Equal(["a", "b"], checkpoint.Tensors.Select(tensor => tensor.Name));
            Assert.DoesNotContain(checkpoint.Notices, notice => notice.LimitsCoverage);
        }
    }

    [Fact]
    public async Task An_ONNX_model_finds_its_data_beside_it()
    {
        _folder.Write("model.onnx", OnnxWriter.Model(OnnxWriter.External("a", 2, [2, 4], ("location", "model.onnx_data"), ("offset", "8"), ("length", "8"))));
        _folder.Write("model.onnx_data", [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        await using var hub = (await FakeHub.Start()).With(_folder.Root, "onnx");
        using var access = hub.Access();
        using var checkpoint = CheckpointOpener.Open(Model + "/onnx/model.onnx", access);
        var rows = new byte[8];
        checkpoint.ReadRows(Assert.Single(checkpoint.Tensors), 0, rows);
        Assert.Equal([8, 9, 10, 11, 12, 13, 14, 15], rows);
    }

    [Theory]
    [InlineData("/other")]
    [InlineData("/onnx/other.onnx")]
    [InlineData("/model")]
    public async Task What_is_not_there_is_said_so(string place)
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent).With(CliRun.Parent, "onnx");
        using var access = hub.Access();
        var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Model + place, access)).Fault;
        Assert.Equal(FaultCode.HubNotFound, fault.Code);
        Assert.EndsWith(place, fault.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_with_weights_in_folders_only_says_which()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent, "b").With(CliRun.Parent, "a");
        using var access = hub.Access();
        var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Model, access)).Fault;
        Assert.Equal((FaultCode.NoCheckpoint, "no weights here; in folders: a, b", "Name one of them, for example hub:org/model/a"), (fault.Code, fault.Found, fault.Remedy));
    }

    [Fact]
    public void Offline_a_folder_of_the_cache_is_read_through_its_links()
    {
        var snapshot = _folder[$"models--org--model/snapshots/{FakeHub.Commit}/sub"];
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(_folder["models--org--model/blobs"]);
        Directory.CreateDirectory(_folder["models--org--model/refs"]);
        File.WriteAllText(_folder["models--org--model/refs/main"], FakeHub.Commit);
        foreach (var file in Directory.EnumerateFiles(CliRun.Parent))
        {
            File.Copy(file, _folder["models--org--model/blobs/" + Path.GetFileName(file)]);
            File.CreateSymbolicLink(Path.Combine(snapshot, Path.GetFileName(file)), "../../../blobs/" + Path.GetFileName(file));
        }

        using var access = new HubAccess(new() { CacheFolder = _folder.Root, Offline = true });
        foreach (var place in (string[])["/sub", "/sub/model.safetensors"])
        {
            using var checkpoint = CheckpointOpener.Open(Model + place, access);
            Assert.Equal(snapshot, checkpoint.Folder);
            Assert.NotEmpty(checkpoint.Tensors);
        }
    }

    [Fact]
    public async Task A_quantised_file_in_a_folder_is_the_child_of_the_repository()
    {
        Engine.Derive(new QuantiseGguf { Type = TensorType.Q80 }, [CliRun.Parent], _folder["model-q8_0.gguf"]);
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent).With(_folder.Root, "gguf");
        using var access = hub.Access();
        var verdict = Engine.Compare(Engine.Fingerprint(Model + "/gguf/model-q8_0.gguf", new() { Hub = access }), Engine.Fingerprint(Model, new() { Hub = access })).Verdict;
        Assert.Equal((Relation.Derived, "quantised"), (verdict.Relation, Assert.Single(verdict.Operations).Name));
    }

    public void Dispose() => _folder.Dispose();
}
