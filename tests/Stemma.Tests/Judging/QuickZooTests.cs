using System.Collections.Concurrent;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>
/// A quick sketch finds the relation that the full sketch finds. Here on the pairs of a few models of every kind; STEMMA_ALL_PAIRS=1 takes all of the zoo, quick with quick
/// and quick with full.
/// </summary>
public sealed class QuickZooTests
{
    private static readonly string[] Few = ["base-0", "base-1", "b0-sft", "b0-moge", "b0-wide480", "sameseed2-code", "base-2"];

    [Fact]
    public void Quick_and_full_sketches_find_the_same_relation()
    {
        var folder = Path.GetDirectoryName(Shared.Require("zoo", "zoo.json"))!;
        var all = Environment.GetEnvironmentVariable("STEMMA_ALL_PAIRS") == "1";
        string[] names = all ? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : Few;
        var models = names.AsParallel().ToDictionary(name => name, name => (Quick: Read(name, quick: true), Full: Read(name, quick: false)));
        var different = new ConcurrentBag<string>();
        Parallel.ForEach(names.SelectMany((a, at) => names.Take(at).Select(b => (Subject: models[a], Reference: models[b]))), pair =>
        {
            var full = Engine.Compare(pair.Subject.Full, pair.Reference.Full).Verdict;
            Check("quick with quick", Engine.Compare(pair.Subject.Quick, pair.Reference.Quick).Verdict);
            if (all) Check("quick with full", Engine.Compare(pair.Subject.Quick, pair.Reference.Full).Verdict);

            void Check(string how, Verdict found)
            {
                if (found.Relation != full.Relation) different.Add($"{how}: {found.Summary}\n    in full: {full.Summary}");
            }
        });
        Assert.True(different.IsEmpty, string.Join("\n", different.Order()));

        Fingerprint Read(string name, bool quick) => Engine.Fingerprint(Path.Combine(folder, name), new() { Quick = quick, Threads = 1 });
    }
}
