using FsCheck;
using FsCheck.Fluent;
using Stemma.Benching;

namespace Stemma.Tests.Benching;

public sealed class RocTests
{
    [Fact]
    public void Areas_and_rates_are_those_of_counting_every_pair_ties_and_all()
    {
        // Few values, so that ties are the rule.
        var scores = Gen.NonEmptyListOf(Gen.Choose(-3, 3).Select(v => v / 2.0));
        Prop.ForAll(Arb.From(scores), Arb.From(scores), (related, unrelated) =>
        {
            var roc = Roc.Of([.. related], [.. unrelated]);
            var wins = related.Sum(r => unrelated.Sum(u => r > u ? 1 : r < u ? 0 : 0.5));
            Assert.Equal(wins / related.Count / unrelated.Count, roc.Auc, 1e-12);
            Assert.Equal((double)related.Count(r => unrelated.All(u => r > u)) / related.Count, roc.TprAtZeroFp, 1e-12);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Without_pairs_of_both_kinds_nothing_is_claimed()
    {
        Assert.True(double.IsNaN(Roc.Of([1], []).Auc));
        Assert.True(double.IsNaN(Roc.Of([], [1]).TprAtZeroFp));
    }
}
