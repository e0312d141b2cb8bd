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
    [InlineData("b0-cpt-code", "continued-pretraining")]
    [InlineData("b0-sft", "fine-tune")]
    [InlineData("b0-depth8", "layers-added")]
    [InlineData("b0-layerdrop4", "layers-removed")]
    [InlineData("b0-frozen", "frozen-tensors")]
    [InlineData("b0-int4", "quantised")]
    [InlineData("b0-pruned50", "pruned")]
    [InlineData("b0-moe8", "moe-upcycled")]
    [InlineData("b0-moge", "moge-upcycled")]
    [InlineData("b0-scaled", "rescaled")]
    [InlineData("b0-tokswap", "tokenizer-replaced")]
    [InlineData("b0-wide480", "ffn-widened")]
    public void What_was_done_to_the_base_model_is_named(string child, string operation) =>
        Assert.Contains(operation, Operations(child, "base-0"));

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
