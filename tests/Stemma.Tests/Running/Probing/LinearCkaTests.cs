using Stemma.Foundation.Linear;
using Stemma.Running.Probing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Probing;

public sealed class LinearCkaTests
{
    private const int Texts = 24, Width = 12;

    [Fact]
    public void Rotation_scale_and_shift_change_nothing()
    {
        var dice = new Dice(1);
        var states = Drawn(dice, Texts, Width);
        var turned = new Matrix(Texts, Width);
        for (var i = 0; i < Texts; i++)
        {
            // A reflection in a fixed direction, then a scale and a shift.
            var along = 0f;
            for (var j = 0; j < Width; j++) along += states[i, j] / MathF.Sqrt(Width);
            for (var j = 0; j < Width; j++) turned[i, j] = (3 * (states[i, j] - (2 * along / MathF.Sqrt(Width)))) + j;
        }

        Assert.Equal(1, LinearCka.Biased(new(states), new(turned)), 5);
        Assert.Equal(1, LinearCka.Unbiased(new(states), new(turned)), 5);
    }

    [Fact]
    public void Models_of_different_width_can_be_compared() =>
        Assert.InRange(LinearCka.Unbiased(new(Drawn(new(1), Texts, 5)), new(Drawn(new(2), Texts, 50))), -1, 1);

    /// <summary>Few texts in many dimensions: the trap of the biased number, which calls strangers alike.</summary>
    [Fact]
    public void Strangers_are_alike_only_to_the_biased_estimator()
    {
        var dice = new Dice(3);
        var pairs = Enumerable.Range(0, 12).Select(_ => (A: new LinearCka(Drawn(dice, Texts, 400)), B: new LinearCka(Drawn(dice, Texts, 400)))).ToList();
        Assert.True(pairs.Min(pair => LinearCka.Biased(pair.A, pair.B)) > 0.8);
        Assert.InRange(pairs.Average(pair => LinearCka.Unbiased(pair.A, pair.B)), -0.03, 0.03);
    }

    [Fact]
    public void The_unbiased_number_is_the_published_equation()
    {
        var dice = new Dice(4);
        var a = Drawn(dice, Texts, Width);
        var b = Drawn(dice, Texts, Width);
        for (var i = 0; i < Texts; i++) b[i, 0] = a[i, 0];
        var expected = Song(a, b) / Math.Sqrt(Song(a, a) * Song(b, b));
        Assert.Equal(expected, LinearCka.Unbiased(new(a), new(b)), 5);
    }

    [Fact]
    public void Texts_that_all_look_the_same_are_like_nothing() => Assert.Equal(0, LinearCka.Unbiased(new(new Matrix(Texts, Width)), new(Drawn(new(1), Texts, Width))));

    /// <summary>HSIC_1 of Song et al. 2012, equation 5: (tr(K~L~) + 1'K~1 1'L~1 / ((n-1)(n-2)) - 2/(n-2) 1'K~L~1) / (n(n-3)), K~ and L~ without their diagonals.</summary>
    private static double Song(Matrix a, Matrix b)
    {
        var (k, l) = (Gram(a), Gram(b));
        double n = Texts, trace = 0, sumK = 0, sumL = 0, mixed = 0;
        for (var i = 0; i < Texts; i++)
        {
            double rowK = 0, rowL = 0;
            for (var j = 0; j < Texts; j++)
            {
                trace += k[i, j] * l[j, i];
                rowK += k[i, j];
                rowL += l[i, j];
            }

            (sumK, sumL, mixed) = (sumK + rowK, sumL + rowL, mixed + (rowK * rowL));
        }

        return (trace + (sumK * sumL / ((n - 1) * (n - 2))) - (2 / (n - 2) * mixed)) / (n * (n - 3));
    }

    private static double[,] Gram(Matrix states)
    {
        var gram = new double[Texts, Texts];
        for (var i = 0; i < Texts; i++)
        {
            for (var j = 0; j < Texts; j++)
            {
                if (i == j) continue;
                for (var d = 0; d < states.Columns; d++) gram[i, j] += (double)states[i, d] * states[j, d];
            }
        }

        return gram;
    }

    private static Matrix Drawn(Dice dice, int texts, int width) => Matrix.OfRows(dice.Columns(texts, width));
}
