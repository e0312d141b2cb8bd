using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Tests.Checkpoints.Remote;
using Stemma.Tests.Support;

namespace Stemma.Tests.Fingerprints;

/// <summary>A sketch that was interrupted goes on, a later one reads only what changed, and neither shows in the result.</summary>
public sealed class SketchJournalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string State => _folder["state"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    [InlineData(0.99)]
    public void An_interrupted_sketch_goes_on_to_the_same_bytes(double share)
    {
        var stopped = new StopAfter(share);
        Assert.Throws<TimeoutException>(() => Engine.Fingerprint(CliRun.Parent, new() { State = State }, stopped));
        Assert.Equal(share > 0.5, Directory.Exists(State) && Directory.GetFiles(State).Length is > 0 and <= 6);
        var resumed = Engine.Fingerprint(CliRun.Parent, new() { State = State });
        Assert.Equal(HubReadingTests.Bytes(Engine.Fingerprint(CliRun.Parent)), HubReadingTests.Bytes(resumed));
    }

    [Fact]
    public async Task A_second_sketch_reads_vocabularies_and_vectors_only()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access();
        var first = Engine.Fingerprint("hub:org/model", new() { Hub = access, State = State });
        var read = hub.BytesSent;
        var second = Engine.Fingerprint("hub:org/model", new() { Hub = access, State = State });
        Assert.Equal(HubReadingTests.Bytes(first), HubReadingTests.Bytes(second));
        Assert.True(hub.BytesSent - read < read / 2, $"{hub.BytesSent - read} of {read}");
    }

    [Fact]
    public void A_file_that_changed_is_read_again_and_so_is_what_its_gains_are_folded_into()
    {
        using var workshop = new Workshop();
        File.WriteAllText(workshop.At("shape.json"), Workshop.Qwen);
        var model = workshop.Derive(new Synthesise { Shape = workshop.At("shape.json"), Deviation = 0.2, Seed = 3 }, [], new() { ShardBytes = 20_000 });
        Engine.Fingerprint(model, new() { State = State });
        foreach (var shard in Directory.GetFiles(model, "*.safetensors"))
        {
            var bytes = File.ReadAllBytes(shard);
            for (var at = bytes.Length - 1; at > bytes.Length - 200; at -= 2) bytes[at] ^= 0x01;
            File.WriteAllBytes(shard, bytes);
            File.SetLastWriteTimeUtc(shard, File.GetLastWriteTimeUtc(shard).AddSeconds(7));
            Assert.Equal(HubReadingTests.Bytes(Engine.Fingerprint(model)), HubReadingTests.Bytes(Engine.Fingerprint(model, new() { State = State })));
        }
    }

    [Fact]
    public void A_damaged_journal_is_as_if_it_were_not_there()
    {
        Engine.Fingerprint(CliRun.Parent, new() { State = State });
        foreach (var file in Directory.GetFiles(State)) File.WriteAllBytes(file, File.ReadAllBytes(file)[..^40]);
        Assert.Equal(HubReadingTests.Bytes(Engine.Fingerprint(CliRun.Parent)), HubReadingTests.Bytes(Engine.Fingerprint(CliRun.Parent, new() { State = State })));
    }

    [Fact]
    public void The_journal_of_one_model_is_not_taken_for_another()
    {
        Engine.Fingerprint(CliRun.Parent, new() { State = State });
        Assert.Equal(HubReadingTests.Bytes(Engine.Fingerprint(CliRun.Stranger)), HubReadingTests.Bytes(Engine.Fingerprint(CliRun.Stranger, new() { State = State })));
    }

    /// <summary>Fails in the middle, wherever the work stands.</summary>
    private sealed class StopAfter(double share) : IWorkProgress
    {
        private long _left;

        public void Begin(string title, long totalBytes) => _left = (long)(share * totalBytes);

        public void Advance(long bytes)
        {
            if (Interlocked.Add(ref _left, -bytes) < 0) throw new TimeoutException("the power failed");
        }

        public void End()
        {
            // Nobody watches.
        }
    }
}
