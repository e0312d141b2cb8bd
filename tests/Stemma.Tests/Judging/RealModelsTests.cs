using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>Small models that strangers published: fine-tunes, restarts, and one tutorial run twice with its default seed.</summary>
public sealed class RealModelsTests
{
    private static readonly string[] Strangers = ["Rafipilot_0_12768e", "Rafipilot_1_168d05", "Rafipilot_2_4f689d"];

    [Fact]
    public void A_published_fine_tune_is_derived_from_its_base() =>
        Assert.Equal(Relation.Derived, Engine.Compare(Char("Amit_finetuned"), Char("Amit_pretrained")).Verdict.Relation);

    [Fact]
    public void Restarts_of_one_script_without_a_seed_are_never_called_related()
    {
        var restarts = Strangers.Select(Char).ToList();
        var others = new[] { "Amit_finetuned", "DasonT", "dwi11harsh" }.Select(Char).ToList();
        foreach (var (a, b) in restarts.SelectMany((a, i) => restarts.Take(i).Concat(others).Select(b => (a, b))))
        {
            var verdict = Engine.Compare(a, b).Verdict;
            Assert.False(verdict.Relation is Relation.Derived or Relation.CommonOrigin or Relation.Identical or Relation.Merged, verdict.Summary);
        }
    }

    [Fact]
    public void One_tutorial_run_twice_is_not_an_accusation_without_reserve()
    {
        var verdict = Engine.Compare(Char("DasonT"), Char("dwi11harsh")).Verdict;
        Assert.True(
            verdict.Relation == Relation.CommonOrigin || (verdict.Relation == Relation.Derived && verdict.Summary.Contains("replayed", StringComparison.Ordinal)),
            verdict.Summary);
    }

    [Fact]
    public void Models_too_small_to_prove_anything_are_not_cleared()
    {
        Fingerprint[] models = [.. new[] { "base_dockllm", "dpo_a", "dpo_b" }.Select(name => Engine.Fingerprint(Shared.Require("real", "tiny-gpt2", name)))];
        foreach (var (a, b) in models.SelectMany((a, i) => models.Take(i).Select(b => (a, b))))
            Assert.NotEqual(Relation.Unrelated, Engine.Compare(a, b).Verdict.Relation);
    }

    private static Fingerprint Char(string name) => Engine.Fingerprint(Shared.Require("real", "char-gpt", name));
}
