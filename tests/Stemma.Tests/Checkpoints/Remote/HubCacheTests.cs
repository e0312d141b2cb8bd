using Stemma.Checkpoints;
using Stemma.Checkpoints.Remote;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>The hub's own programs keep downloads as <c>models--org--name/snapshots/commit</c> with links into blobs.</summary>
public sealed class HubCacheTests
{
    private const string Model = "hub:org/model";

    [Fact]
    public void A_folder_of_the_cache_is_the_model_of_its_branch_main()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        Directory.CreateDirectory(folder[$"models--org--model/snapshots/{new string('f', 40)}"]);
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint(folder["models--org--model"]).Digest);
        Assert.Equal("org/model", Engine.Fingerprint(folder["models--org--model"]).Name);
    }

    [Fact]
    public void Several_revisions_without_a_main_one_are_ambiguous()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        Directory.CreateDirectory(folder[$"models--org--model/snapshots/{new string('f', 40)}"]);
        File.Delete(folder["models--org--model/refs/main"]);
        Assert.Equal(FaultCode.AmbiguousFolder, Assert.Throws<StemmaException>(() => Engine.Check(folder["models--org--model"])).Fault.Code);
    }

    [Theory]
    [InlineData(Model)]
    [InlineData(Model + "@" + FakeHub.Commit)]
    [InlineData(Model + "/model.safetensors")]
    public void Offline_the_cache_is_read(string name)
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        using var access = new HubAccess(new() { CacheFolder = folder.Root, Offline = true });
        using var checkpoint = CheckpointOpener.Open(name, access);
        Assert.EndsWith("@" + FakeHub.Commit, checkpoint.Path);
        Assert.NotNull(checkpoint.Folder);
    }

    [Theory]
    [InlineData("hub:org/other")]
    [InlineData(Model + "@v2")]
    [InlineData(Model + "@ffffffffffffffffffffffffffffffffffffffff")]
    public void Offline_what_is_not_there_is_said_so(string name)
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        using var access = new HubAccess(new() { CacheFolder = folder.Root, Offline = true });
        Assert.Equal(FaultCode.HubOffline, Assert.Throws<StemmaException>(() => CheckpointOpener.Open(name, access)).Fault.Code);
    }

    [Fact]
    public void A_commit_in_the_cache_needs_no_network()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        using var access = new HubAccess(new() { CacheFolder = folder.Root, Endpoint = new("http://127.0.0.1:9/") });
        CheckpointOpener.Open($"{Model}@{FakeHub.Commit}", access).Dispose();
    }

    [Fact]
    public async Task Files_of_the_asked_commit_that_lie_in_the_cache_are_not_downloaded()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access(settings => settings with { CacheFolder = folder.Root });
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint(Model, new() { Hub = access }).Digest);
        Assert.DoesNotContain(hub.Requests, request => request.Port == hub.StorePort);
    }

    [Fact]
    public async Task A_commit_that_was_downloaded_in_part_is_completed_from_the_hub()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        File.Delete(folder[$"models--org--model/snapshots/{FakeHub.Commit}/model.safetensors"]);
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access(settings => settings with { CacheFolder = folder.Root });
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint($"{Model}@{FakeHub.Commit}", new() { Hub = access }).Digest);
    }

    [Fact]
    public void A_link_out_of_the_cache_is_refused()
    {
        using var folder = new TempFolder();
        Download(folder, FakeHub.Commit);
        var place = folder[$"models--org--model/snapshots/{FakeHub.Commit}/model.safetensors"];
        File.Delete(place);
        folder.Write("outside.safetensors", File.ReadAllBytes(Path.Combine(CliRun.Parent, "model.safetensors")));
        File.CreateSymbolicLink(place, folder["outside.safetensors"]);
        using var access = new HubAccess(new() { CacheFolder = folder.Root, Offline = true });
        Assert.Equal(FaultCode.LinkRefused, Assert.Throws<StemmaException>(() => CheckpointOpener.Open(Model, access)).Fault.Code);
    }

    /// <summary>Lays the example model down as the hub's programs do.</summary>
    private static void Download(TempFolder folder, string commit)
    {
        var model = folder["models--org--model"];
        Directory.CreateDirectory(Path.Combine(model, "blobs"));
        Directory.CreateDirectory(Path.Combine(model, "snapshots", commit));
        folder.Write("models--org--model/refs/main", System.Text.Encoding.ASCII.GetBytes(commit));
        foreach (var name in new[] { "model.safetensors", "config.json", "tokenizer.model" })
        {
            File.Copy(Path.Combine(CliRun.Parent, name), Path.Combine(model, "blobs", "of-" + name));
            File.CreateSymbolicLink(Path.Combine(model, "snapshots", commit, name), Path.Combine("..", "..", "blobs", "of-" + name));
        }
    }
}
