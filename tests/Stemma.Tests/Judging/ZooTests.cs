using Stemma.Comparing.Mixtures;
using Stemma.Judging;

namespace Stemma.Tests.Judging;

/// <summary>Models of known descent that were really trained: nobody is accused falsely, and disguises are seen through.</summary>
public sealed class ZooTests(Zoo zoo) : IClassFixture<Zoo>
{
    private const string SameSeed = "sameseed2-code", ItsSeed = "base-2";

    [Fact]
    public void No_unrelated_pair_is_called_related()
    {
        var accused = zoo.Results.Where(r => !zoo.Related(r.Key.Subject, r.Key.Reference) && !SharesSeed(r.Key)
            && r.Value.Verdict.Relation is Relation.Derived or Relation.CommonOrigin or Relation.Merged or Relation.Identical);
        Assert.Equal([], accused.Select(r => r.Value.Verdict.Summary));
    }

    [Fact]
    public void No_related_pair_is_cleared()
    {
        var cleared = zoo.Results.Where(r => zoo.Related(r.Key.Subject, r.Key.Reference) && r.Value.Verdict.Relation == Relation.Unrelated);
        Assert.Equal([], cleared.Select(r => r.Value.Verdict.Summary));
    }

    [Fact]
    public void Every_related_pair_whose_residual_basis_was_kept_is_derived()
    {
        var missed = zoo.Results.Where(r => zoo.Related(r.Key.Subject, r.Key.Reference) && !Hidden(r.Key.Subject) && !Hidden(r.Key.Reference)
            && r.Value.Verdict.Relation is not (Relation.Derived or Relation.Merged));
        Assert.Equal([], missed.Select(r => r.Value.Verdict.Summary));
    }

    [Fact]
    public void One_seed_and_two_trainings_are_a_common_origin() =>
        Assert.Equal(Relation.CommonOrigin, Between(SameSeed, ItsSeed).Verdict.Relation);

    [Theory]
    [InlineData("b0-cpt-code", "base-0", "continued-pretraining")]
    [InlineData("b0-sft", "base-0", "fine-tune")]
    [InlineData("b0-sft-code", "b0-sft", "fine-tune")]
    [InlineData("b0-lora8", "base-0", "low-rank-update")]
    [InlineData("b0-depth8", "base-0", "layers-added")]
    [InlineData("b0-layerdrop4", "base-0", "layers-removed")]
    [InlineData("b0-frozen", "base-0", "frozen-tensors", "fine-tune")]
    [InlineData("b0-int4", "base-0", "quantised")]
    [InlineData("b0-pruned50", "base-0", "pruned")]
    [InlineData("b0-moe8", "base-0", "moe-upcycled")]
    [InlineData("b0-moge", "base-0", "moge-upcycled")]
    [InlineData("b0-scaled", "base-0", "rescaled")]
    [InlineData("b0-tokswap", "base-0", "tokenizer-replaced")]
    [InlineData("b0-wide480", "base-0", "ffn-widened")]
    [InlineData("b01-franken", "b0-sft")]
    [InlineData("b01-franken", "base-1")]
    public void What_was_done_to_a_model_is_named_and_nothing_else(string child, string parent, params string[] operations) =>
        Assert.Equal(operations, Operations(child, parent));

    [Fact]
    public void A_low_rank_update_has_its_very_rank_and_no_other_pair_has_one()
    {
        var updated = zoo.Results.Values.Where(r => r.Verdict.Operations.Any(o => o.Name == "low-rank-update")).ToList();
        Assert.Contains("has rank 8", Between("b0-lora8", "base-0").Verdict.Operations[0].Detail);
        Assert.All(updated, r => Assert.Contains("b0-lora8", new[] { r.Subject.Name, r.Reference.Name }));
    }

    [Fact]
    public void The_merge_and_the_stack_are_found_among_all_models_and_no_other()
    {
        var found = zoo.Family.Mixtures.ToDictionary(m => m.Child);
        Assert.Equal(["b0-merge", "b01-franken"], found.Keys.Order(StringComparer.Ordinal));
        var (merge, stack) = (found["b0-merge"], found["b01-franken"]);
        Assert.Equal((MixtureKind.Linear, true), (merge.Kind, merge.DirectionKnown));
        Assert.Equal(0.6, merge.Parents.Single(p => p.Name == "b0-sft").Share!.Value, 0.005);
        Assert.Equal(0.4, merge.Parents.Single(p => p.Name == "b0-cpt-code").Share!.Value, 0.005);
        Assert.Equal(["b0-sft", "base-1"], stack.Parents.Select(p => p.Name));
        Assert.Equal([(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 3), (4, 1, 4), (5, 1, 5)], stack.Layers.Select(l => (l.Layer, l.Parent, l.ParentLayer)));
        Assert.Equal(4, zoo.Family.Pairs.Count(p => p.Verdict.Relation == Relation.Merged));
    }

    [Fact]
    public void Among_all_models_no_direction_is_wrong()
    {
        var wrong = zoo.Family.Pairs.Where(p => p.Verdict.Direction switch
        {
            Direction.SubjectFromReference => !zoo.IsAncestor(p.Reference.Name, p.Subject.Name),
            Direction.ReferenceFromSubject => !zoo.IsAncestor(p.Subject.Name, p.Reference.Name),
            Direction.CommonAncestor => zoo.IsAncestor(p.Subject.Name, p.Reference.Name) || zoo.IsAncestor(p.Reference.Name, p.Subject.Name),
            _ => false,
        });
        Assert.Equal([], wrong.Select(p => p.Verdict.Summary));
    }

    [Fact]
    public void Copied_layers_are_mapped_to_their_origin()
    {
        var map = Map("b0-depth8", "base-0");
        Assert.Equal([0, 1, 2, 3, 4, 5], map.Select(m => m.Reference));
        // Layers 2 and 3, and 5 and 6, are copies of one layer each; either may be named.
        foreach (var (found, allowed) in map.Select(m => m.Subject).Zip(new int[][] { [0], [1], [2, 3], [4], [5, 6], [7] })) Assert.Contains(found, allowed);
    }

    [Fact]
    public void Dropped_layers_leave_gaps() =>
        Assert.Equal([(0, 0), (1, 1), (2, 3), (3, 5)], Map("b0-layerdrop4", "base-0"));

    [Fact]
    public void A_stack_of_two_models_is_mapped_to_each_by_its_own_half()
    {
        Assert.Equal([(0, 0), (1, 1), (2, 2)], Map("b01-franken", "base-0"));
        Assert.Equal([(3, 3), (4, 4), (5, 5)], Map("b01-franken", "base-1"));
    }

    private static bool Hidden(string name) => name is "b0-perm" or "b0-rot";

    private static bool SharesSeed((string Subject, string Reference) pair) =>
        pair is (SameSeed, ItsSeed) or (ItsSeed, SameSeed);

    private ComparisonResult Between(string subject, string reference) =>
        zoo.Results.TryGetValue((subject, reference), out var result) ? result : zoo.Results[(reference, subject)];

    /// <summary>Operations of the child; pairs are stored by name, so the parent may stand as the subject.</summary>
    private IEnumerable<string> Operations(string child, string parent)
    {
        var result = Between(child, parent);
        var mirrored = result.Subject.Name != child;
        return result.Verdict.Operations.Select(o => (mirrored, o.Name) switch
        {
            (true, "layers-added") => "layers-removed",
            (true, "layers-removed") => "layers-added",
            (true, "ffn-narrowed") => "ffn-widened",
            (true, "moe-collapsed") => "moe-upcycled",
            _ => o.Name,
        });
    }

    private IEnumerable<(int Subject, int Reference)> Map(string child, string parent)
    {
        var result = Between(child, parent);
        return result.LayerMap.Select(m => result.Subject.Name == child ? (m.SubjectLayer, m.ReferenceLayer) : (m.ReferenceLayer, m.SubjectLayer));
    }
}
