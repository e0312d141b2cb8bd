using Stemma.Comparing;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Sketching.Kinds;
using Stemma.Sketching.Quick;
using Stemma.Tests.Support;

namespace Stemma.Tests.Sketching;

/// <summary>A quick sketch is a part of the full one, and never claims more.</summary>
public sealed class QuickTests
{
    private static readonly Lazy<Fingerprint> Full = new(() => Engine.Fingerprint(CliRun.Parent)), Quick = new(() => Engine.Fingerprint(CliRun.Parent, new() { Quick = true }));

    [Fact]
    public void Units_of_a_quick_sketch_are_the_seeded_ones_of_the_full_sketch()
    {
        var (full, quick) = (Full.Value.Sketch.Units, Quick.Value.Sketch.Units);
        Assert.Equal(full.Count, quick.Count);
        foreach (var (whole, part) in full.Zip(quick))
        {
            var narrow = QuickRows.Narrow(whole);
            Assert.Equal(narrow.Indices, part.Indices);
            Assert.Equal(narrow.Gate, part.Gate);
            Assert.Equal(narrow.Up, part.Up);
            Assert.Equal(narrow.Norms, part.Norms);
            Assert.All(part.Choices, choice => Assert.Equal(UnitChoice.ByIndex, choice));
            Assert.Empty(part.Down);
        }
    }

    [Fact]
    public void Gains_and_biases_are_the_same_to_the_bit()
    {
        var (full, quick) = (Vectors(Full.Value), Vectors(Quick.Value));
        Assert.NotEmpty(full);
        Assert.Equal(full, quick);

        static List<(string, string, string)> Vectors(Fingerprint model) =>
            [.. model.Sketch.Tensors.Where(t => t.Parts.All(p => p.Inner == 1)).Select(t => (t.Name, t.Digest.ToString(), string.Join(',', t.Parts.SelectMany(p => p.Values ?? []))))];
    }

    [Fact]
    public void Anchor_tokens_are_among_those_of_the_full_sketch_with_the_same_rows()
    {
        var (full, quick) = (Full.Value.Sketch.Anchors, Quick.Value.Sketch.Anchors);
        Assert.Equal(Math.Min(full.Count, QuickRows.Tokens), quick.Count);
        for (var slot = 0; slot < quick.Count; slot++)
        {
            var other = Array.IndexOf(full.Keys, quick.Keys[slot]);
            Assert.True(other >= 0);
            Assert.True(quick.Embed.AsSpan(slot * quick.Width, quick.Width).SequenceEqual(full.Embed.AsSpan(other * full.Width, full.Width)));
        }
    }

    [Fact]
    public void A_matrix_that_has_no_more_rows_than_are_sampled_is_sketched_as_in_full()
    {
        var compared = 0;
        foreach (var (whole, part) in Full.Value.Sketch.Tensors.Zip(Quick.Value.Sketch.Tensors))
        {
            foreach (var (a, b) in whole.Parts.Zip(part.Parts).Where(p => p.Second is { Linear: not null, SampledUnits: 0, SampledInner: 0 }))
            {
                compared++;
                Assert.All(a.Linear!.Zip(b.Linear!), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * Math.Max(1, a.Linear!.Max())));
            }
        }

        Assert.True(compared > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_sampled_cosine_of_a_copy_is_near_one_with_a_quick_or_a_full_sketch(bool full)
    {
        var pair = new PairContext(Quick.Value, full ? Full.Value : Engine.Fingerprint(CliRun.Parent, new() { Quick = true, Threads = 1 }));
        var cosines = pair.SubjectParts.Layers.Select(layer => pair.Cosines.Between(layer, layer)!.Mean).ToList();
        Assert.All(cosines, cosine => Assert.InRange(cosine, full ? 0.8 : 0.999, full ? 1.2 : 1.001));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_file_read_quickly_is_derived_and_never_called_identical(bool full)
    {
        var result = Engine.Compare(Quick.Value with { Name = "again" }, full ? Full.Value : Quick.Value);
        Assert.Equal(Relation.Derived, result.Verdict.Relation);
        Assert.Contains(result.Caveats, caveat => caveat.Code == "quick");
        Assert.Matches("quick: [0-9.]+ % of the bytes read", result.Verdict.Summary);
    }

    [Fact]
    public void Digests_of_parts_are_never_those_of_whole_tensors()
    {
        var whole = Full.Value.Sketch.Tensors.Select(t => t.Digest).ToHashSet();
        Assert.All(Quick.Value.Sketch.Tensors.Where(t => t.Partial), t => Assert.DoesNotContain(t.Digest, whole));
        Assert.NotEqual(Full.Value.Digest, Quick.Value.Digest);
    }

    [Fact]
    public void The_file_of_a_quick_fingerprint_says_so_and_comes_back_as_it_was()
    {
        using var folder = new TempFolder();
        Engine.Save(Quick.Value, folder["q.stemma"]);
        var read = Engine.Fingerprint(folder["q.stemma"]);
        Assert.Equal(Quick.Value.Sketch.Quick, read.Sketch.Quick);
        Engine.Save(read, folder["again.stemma"]);
        Assert.Equal(File.ReadAllBytes(folder["q.stemma"]), File.ReadAllBytes(folder["again.stemma"]));
        Assert.Contains("stemma.fingerprint-quick/1", File.ReadAllText(folder["q.stemma"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_change_nothing()
    {
        using var folder = new TempFolder();
        foreach (var threads in new[] { 1, 7 }) Engine.Save(Engine.Fingerprint(CliRun.Suspect, new() { Quick = true, Threads = threads }), folder[$"{threads}"]);
        Assert.Equal(File.ReadAllBytes(folder["1"]), File.ReadAllBytes(folder["7"]));
    }

    [Theory]
    [InlineData("suspect", Relation.Derived)]
    [InlineData("stranger", Relation.Unrelated)]
    public void The_examples_have_their_relation(string name, Relation relation)
    {
        var other = Repository.At("examples", name);
        Assert.Equal(relation, Engine.Compare(Engine.Fingerprint(other, new() { Quick = true }), Quick.Value).Verdict.Relation);
        Assert.Equal(relation, Engine.Compare(Engine.Fingerprint(other), Quick.Value).Verdict.Relation);
    }
}
