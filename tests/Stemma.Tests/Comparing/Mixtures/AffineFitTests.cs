using FsCheck;
using FsCheck.Fluent;
using Stemma.Comparing.Mixtures;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Mixtures;

public sealed class AffineFitTests
{
    private const int Length = 60;

    [Fact]
    public void Shares_that_sum_to_one_are_recovered() =>
        Prop.ForAll(Gen.Choose(2, 8).Zip(Gen.Choose(1, 10_000)).ToArbitrary(), drawn =>
        {
            var (count, seed) = drawn;
            var (dice, parents, shares) = Draw(seed, count);
            var subject = Sum(parents, shares);
            var solved = AffineFit.Solve(Gram(subject, parents));
            Assert.Equal(1, solved.Sum(), 9);
            Assert.All(shares.Zip(solved), s => Assert.Equal(s.First, s.Second, 1e-4));
            Assert.InRange(AffineFit.Residual(Gram(subject, parents), solved), 0, 1e-6);

            // Whatever else the subject holds, no other shares leave less of it.
            var moved = subject.Zip(dice.Normals(Length, 0.3), (s, n) => s + n).ToArray();
            var gram = Gram(moved, parents);
            var best = AffineFit.Solve(gram);
            var step = dice.Normals(count, 0.05);
            double[] other = [.. best.Select((b, i) => b + step[i] - (step.Sum() / count))];
            Assert.True(AffineFit.Residual(gram, best) <= AffineFit.Residual(gram, other) + 1e-9);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void The_order_of_the_candidates_does_not_matter()
    {
        var (_, parents, shares) = Draw(3, 4);
        var subject = Sum(parents, shares);
        var there = AffineFit.Solve(Gram(subject, parents));
        var back = AffineFit.Solve(Gram(subject, [.. parents.Reverse()]));
        Assert.All(there.Zip(back.Reverse()), s => Assert.Equal(s.First, s.Second, 1e-8));
    }

    [Fact]
    public void Candidates_that_are_copies_share_their_part()
    {
        var (_, parents, _) = Draw(4, 2);
        var subject = Sum(parents, [0.3, 0.7]);
        var shares = AffineFit.Solve(Gram(subject, [parents[0], parents[1], parents[1]]));
        Assert.Equal(0.7, shares[1] + shares[2], 1e-3);
        Assert.Equal(shares[1], shares[2], 1e-3);
    }

    [Fact]
    public void The_middle_of_independent_children_leaves_what_the_star_says()
    {
        // A parent of n children lies 1/n of a leg's square from their mean: closer than to any of them, and no mixture.
        foreach (var count in new[] { 2, 4, 8 })
        {
            var gram = new double[count, count];
            for (var i = 0; i < count; i++) gram[i, i] = 1;
            Assert.Equal(1.0 / count, AffineFit.Star(gram), 9);
            Assert.Equal(AffineFit.Star(gram), AffineFit.Residual(gram, AffineFit.Solve(gram)), 6);
        }
    }

    private static (Dice Dice, double[][] Parents, double[] Shares) Draw(int seed, int count)
    {
        var dice = new Dice(seed);
        double[][] parents = [.. dice.Columns(count, Length).Select(p => Array.ConvertAll(p, v => (double)v))];
        var drawn = Array.ConvertAll(dice.Normals(count), v => v + 0.5);
        double[] shares = [.. drawn.Select(d => d + ((1 - drawn.Sum()) / count))];
        return (dice, parents, shares);
    }

    private static double[] Sum(double[][] parents, double[] shares) => [.. Enumerable.Range(0, Length).Select(i => parents.Select((p, at) => shares[at] * p[i]).Sum())];

    private static double[,] Gram(double[] subject, double[][] parents)
    {
        var gram = new double[parents.Length, parents.Length];
        for (var i = 0; i < parents.Length; i++)
            for (var j = 0; j < parents.Length; j++) gram[i, j] = Enumerable.Range(0, Length).Sum(k => (parents[i][k] - subject[k]) * (parents[j][k] - subject[k]));
        return gram;
    }
}
