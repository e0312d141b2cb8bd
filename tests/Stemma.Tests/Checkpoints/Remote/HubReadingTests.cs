using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Deriving.Operations;
using Stemma.Fingerprints;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

public sealed class HubReadingTests
{
    private const string Model = "hub:org/model";

    [Fact]
    public async Task A_model_on_a_hub_has_the_fingerprint_of_its_files()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        var there = Engine.Fingerprint(Model, new() { Hub = access });
        var here = Engine.Fingerprint(CliRun.Parent);
        Assert.Equal(Bytes(here with { Name = "", Notices = [] }), Bytes(there with { Name = "", Notices = [] }));
        Assert.Equal("model", there.Name);
        Assert.Contains(there.Notices, notice => notice.Code == "hub-revision" && notice.Text.Contains(FakeHub.Commit, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_byte_of_the_weights_is_asked_for_about_once()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        Engine.Fingerprint(Model, new() { Hub = access });
        // The first block, which holds the header, is read before it is known what the file holds.
        Assert.InRange(hub.BytesSent, hub.Files.Values.Sum(file => file.Length), hub.Files.Values.Sum(file => file.Length) + 600_000);
        // The hub is asked where the store is by readers that begin together, not for every range.
        Assert.InRange(hub.Requests.Count(request => request.Path.Contains("resolve", StringComparison.Ordinal)), hub.Files.Count, hub.Files.Count + 16);
    }

    [Fact]
    public async Task Shards_an_index_and_a_listing_of_many_pages_are_one_model()
    {
        using var workshop = new Workshop();
        var folder = workshop.Derive(new Synthesise { Shape = WriteShape(workshop), Deviation = 0.2, Seed = 3 }, [], new() { ShardBytes = 20_000 });
        Assert.True(Directory.GetFiles(folder, "*.safetensors").Length > 2);
        await using var hub = (await FakeHub.Start()).With(folder);
        hub.FilesPerPage = 1;
        using var access = hub.Access();
        Assert.Equal(Engine.Fingerprint(folder).Digest, Engine.Fingerprint(Model, new() { Hub = access }).Digest);
    }

    [Fact]
    public async Task What_was_opened_once_is_not_listed_again()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        Engine.Check(Model, access);
        var asked = hub.Requests.Count;
        Engine.Check(Model + "@" + FakeHub.Commit, access);
        Assert.DoesNotContain(hub.Requests.Skip(asked), request => request.Path.StartsWith("/api", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_token_is_for_the_hub_alone()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        Engine.Fingerprint(Model, new() { Hub = access });
        var (own, store) = (hub.Requests.Where(request => request.Port != hub.StorePort).ToList(), hub.Requests.Where(request => request.Port == hub.StorePort).ToList());
        Assert.NotEmpty(store);
        Assert.All(own, request => Assert.Equal($"Bearer {FakeHub.Token}", request.Authorization));
        Assert.All(store, request => Assert.Equal("", request.Authorization));
    }

    [Fact]
    public async Task Inspecting_reads_headers_and_small_files_only()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        var shown = Engine.Inspect(Model, "model", access);
        Assert.Equal(Engine.Inspect(CliRun.Parent, "model").Tensors.Select(tensor => (tensor.Name, tensor.Role)), shown.Tensors.Select(tensor => (tensor.Name, tensor.Role)));
        Assert.True(hub.BytesSent < 600_000, $"{hub.BytesSent}");
    }

    [Fact]
    public async Task Matrices_that_a_second_look_asks_for_come_from_the_hub_too()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        using var there = ModelWeights.Open(Model, access);
        using var here = ModelWeights.Open(CliRun.Parent);
        Assert.Equal(here.ReadFolded(TensorRole.Gate, 3)!.Data, there.ReadFolded(TensorRole.Gate, 3)!.Data);
        Assert.Equal(here.Tokens!.Tokens.Count, there.Tokens!.Tokens.Count);
    }

    [Fact]
    public async Task Small_files_lie_on_disk_only_while_the_model_is_open()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        string folder;
        using (var checkpoint = CheckpointOpener.Open(Model, access))
        {
            folder = checkpoint.Folder!;
            Assert.Equal(["config.json", "tokenizer.model"], Directory.GetFiles(folder).Select(Path.GetFileName).Where(name => !name!.EndsWith(".md", StringComparison.Ordinal)).Order());
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task One_file_of_a_model_may_be_named()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Files["other.safetensors"] = hub.Files["model.safetensors"];
        using var access = hub.Access();
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint($"{Model}/other.safetensors@main", new() { Hub = access }).Digest);
    }

    internal static byte[] Bytes(Fingerprint fingerprint)
    {
        using var stream = new MemoryStream();
        FingerprintWriter.Write(fingerprint, stream);
        return stream.ToArray();
    }

    private static string WriteShape(Workshop workshop)
    {
        var shape = workshop.At("shape.json");
        File.WriteAllText(shape, Workshop.Qwen);
        return shape;
    }
}
