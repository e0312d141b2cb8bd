using Stemma.Foundation.Linear;
using Stemma.Tests.Support;

namespace Stemma.Tests.Foundation.Linear;

public sealed class LinearTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(64, 66, 48)]
    [InlineData(131, 129, 257)]
    public void Products_are_those_of_the_definition(int rows, int columns, int inner)
    {
        var dice = new Dice(rows + columns);
        var (a, b) = (Draw(dice, rows, inner), Draw(dice, columns, inner));
        var product = Products.MultiplyTransposed(a, b);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var expected = Enumerable.Range(0, inner).Sum(k => (double)a[i, k] * b[j, k]);
                Assert.Equal(expected, product[i, j], 1e-4);
            }
        }

        Assert.Equal(product.Data, Products.Multiply(a, b.Transpose()).Data);
        Assert.Equal(product.Data, Products.TransposedMultiply(a.Transpose(), b.Transpose()).Data);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(25, 1100, 530)]
    [InlineData(300, 600, 257)]
    public void Panels_that_are_packed_together_give_the_same_bits_as_each_alone(int rows, int columns, int inner)
    {
        var dice = new Dice(columns);
        var (a, b, alone) = (Draw(dice, rows, inner), Draw(dice, inner, columns), new Matrix(rows, columns));
        Products.MultiplyAlone(a, 0, rows, b, alone);
        Assert.Equal(alone.Data, Products.Multiply(a, b).Data);
        Assert.Equal(alone.Data, Products.MultiplyTransposed(a, b.Transpose()).Data);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(65, 300)]
    [InlineData(330, 40)]
    public void A_square_has_the_bits_of_the_product_of_equals(int rows, int columns)
    {
        var a = Draw(new Dice(rows), rows, columns);
        Assert.Equal(Products.MultiplyTransposed(a, a).Data, Products.Square(a).Data);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(33, 17)]
    [InlineData(70, 40)]
    public void Rows_and_columns_change_places(int rows, int columns)
    {
        var a = Draw(new Dice(columns), rows, columns);
        var turned = a.Transpose();
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) Assert.Equal(a[i, j], turned[j, i]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(83)]
    public void Numbers_are_scaled_joined_and_cleared_one_by_one_as_defined(int columns)
    {
        var dice = new Dice(columns);
        var (a, b, factors) = (Draw(dice, 3, columns), Draw(dice, 3, columns), dice.Normals(columns));
        var (scaled, joined, normal, cleared) = (Copy(a), Copy(a), Copy(a), Copy(a));
        scaled.ScaleColumns(factors);
        joined.Combine(0.5f, b, -2);
        var lengths = normal.NormaliseRows();
        (cleared[0, 0], cleared[1, columns / 2], cleared[2, columns - 1]) = (float.NaN, float.NegativeInfinity, float.PositiveInfinity);
        cleared.ClearNonFinite();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Math.Sqrt(a.Row(i).ToArray().Sum(value => (double)value * value)), lengths[i], 1e-4);
            for (var j = 0; j < columns; j++)
            {
                Assert.Equal(a[i, j] * factors[j], scaled[i, j]);
                Assert.Equal((a[i, j] * 0.5f) + (b[i, j] * -2), joined[i, j]);
                Assert.Equal(a[i, j] / lengths[i], normal[i, j], 1e-6);
                Assert.Equal((i, j) == (0, 0) || (i, j) == (1, columns / 2) || (i, j) == (2, columns - 1) ? 0 : a[i, j], cleared[i, j]);
            }
        }
    }

    [Theory]
    [InlineData(3, 5)]
    [InlineData(66, 130)]
    public void A_product_is_added_to_what_stands_there(int rows, int columns)
    {
        var dice = new Dice(rows);
        var (a, b, there) = (Draw(dice, rows, 300), Draw(dice, columns, 300), Draw(dice, rows, columns));
        var sum = new Matrix(rows, columns);
        sum.Add(there);
        Products.AddTransposed(a, b, sum);
        var product = Products.MultiplyTransposed(a, b);
        for (var i = 0; i < sum.Data.Length; i++) Assert.Equal(there.Data[i] + product.Data[i], sum.Data[i], 1e-4);
        Assert.Throws<ArgumentException>(() => Products.AddTransposed(a, Draw(dice, columns, 299), sum));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 40)]
    [InlineData(90, 33)]
    public void The_best_row_of_a_column_is_the_best_column_of_the_transpose_and_the_first_of_equals(int rows, int columns)
    {
        var scores = Draw(new Dice(columns), rows, columns);
        for (var i = 0; i < scores.Data.Length; i++) scores.Data[i] = MathF.Round(3 * scores.Data[i]);
        var turned = scores.Transpose();
        var best = scores.BestRows();
        for (var j = 0; j < columns; j++)
        {
            Assert.Equal(turned.BestColumn(j), best[j]);
            Assert.Equal(turned.Row(j).ToArray().Max(), scores[best[j], j]);
            Assert.DoesNotContain(scores[best[j], j], turned.Row(j)[..best[j]].ToArray());
        }

        Assert.Equal(scores.Data.Select(Math.Abs), scores.Absolute().Data);
    }

    [Fact]
    public void The_assignment_is_the_best_of_all_orders()
    {
        var dice = new Dice(11);
        for (var round = 0; round < 60; round++)
        {
            var (rows, columns) = (1 + dice.Below(5), 5 + dice.Below(2));
            var scores = Draw(dice, rows, columns);
            // Ties must not mislead it.
            if (round % 3 == 0) for (var i = 0; i < scores.Data.Length; i++) scores.Data[i] = MathF.Round(scores.Data[i]);
            var found = Assignment.Maximise(scores);
            Assert.Equal(rows, found.Distinct().Count());
            Assert.Equal(Best(scores, 0, new bool[columns]), Enumerable.Range(0, rows).Sum(i => (double)scores[i, found[i]]), 1e-4);
        }
    }

    [Fact]
    public void A_hidden_order_of_thousands_comes_back()
    {
        const int Size = 1500;
        var dice = new Dice(5);
        var order = dice.Order(Size);
        var scores = new Matrix(Size, Size);
        for (var i = 0; i < Size; i++)
            for (var j = 0; j < Size; j++) scores[i, j] = 0.05f * dice.Normal() + (order[i] == j ? 0.5f : 0);
        Assert.Equal(order, Assignment.Maximise(scores));
    }

    [Fact]
    public void The_assignment_does_not_take_more_rows_than_columns() =>
        Assert.Throws<ArgumentException>(() => Assignment.Maximise(new Matrix(3, 2)));

    [Theory]
    [InlineData(24, 24)]
    [InlineData(40, 24)]
    [InlineData(24, 40)]
    public void The_polar_factor_undoes_a_stretch(int rows, int columns)
    {
        var m = Draw(new Dice(rows), rows, columns);
        var factor = Polar.Factor(m);
        var (u, _, v) = Decomposition.Svd(m);
        var expected = Products.MultiplyTransposed(u, v);
        for (var i = 0; i < expected.Data.Length; i++) Assert.Equal(expected.Data[i], factor.Data[i], 5e-3);
    }

    [Fact]
    public void The_polar_factor_survives_a_wide_spread_of_singular_values()
    {
        const int Size = 48;
        var rotation = Polar.Factor(Draw(new Dice(3), Size, Size));
        var stretched = rotation.Transpose();
        for (var i = 0; i < Size; i++)
            foreach (ref var value in stretched.Row(i)) value *= MathF.Pow(10, -4f * i / Size);
        var factor = Polar.Factor(stretched.Transpose());
        for (var i = 0; i < factor.Data.Length; i++) Assert.Equal(rotation.Data[i], factor.Data[i], 1e-2);
    }

    [Fact]
    public void Nothing_has_no_polar_factor() => Assert.All(Polar.Factor(new Matrix(3, 3)).Data, value => Assert.Equal(0, value));

    [Fact]
    public void Eigenvectors_rebuild_the_matrix()
    {
        var m = Draw(new Dice(8), 12, 12);
        var symmetric = Products.TransposedMultiply(m, m);
        var (values, vectors) = Decomposition.Symmetric(symmetric);
        Assert.Equal(values.OrderDescending(), values);
        var scaled = vectors.Transpose().Transpose().ScaleColumns([.. values.Select(v => (float)v)]);
        var rebuilt = Products.MultiplyTransposed(scaled, vectors);
        for (var i = 0; i < m.Data.Length; i++) Assert.Equal(symmetric.Data[i], rebuilt.Data[i], 1e-3);
    }

    [Fact]
    public void Stacked_matrices_give_their_rows_one_after_another()
    {
        var dice = new Dice(3);
        var (a, b) = (Draw(dice, 2, 5), Draw(dice, 4, 5));
        var stacked = Matrix.Stack([a, b]);
        Assert.Equal((6, 5), (stacked.Rows, stacked.Columns));
        Assert.Equal(a.Data, stacked.Take([0, 1]).Data);
        Assert.Equal(b.Data, stacked.Take([2, 3, 4, 5]).Data);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(531)]
    public void A_number_is_found_where_it_first_stands_and_counted(int length)
    {
        var numbers = Draw(new Dice(length), 1, Math.Max(1, length)).Data[..length];
        for (var i = 0; i < length; i++) numbers[i] = MathF.Round(2 * numbers[i]);
        foreach (var sought in new[] { -2f, -1, 0, 1, 2, 99 })
            Assert.Equal((Array.IndexOf(numbers, sought), numbers.Count(n => n.Equals(sought))), Matrix.Find(numbers, sought));
    }

    [Fact]
    public void Some_rows_times_a_matrix_are_those_rows_of_the_product()
    {
        var dice = new Dice(8);
        var (a, b, used) = (Draw(dice, 11, 37), Draw(dice, 37, 70), Draw(dice, 6, 70));
        Products.MultiplyAlone(a, 4, 5, b, used);
        var all = Products.Multiply(a, b);
        for (var row = 0; row < 5; row++) Assert.Equal(all.Row(4 + row), used.Row(row));
    }

    [Fact]
    public void The_best_column_is_the_first_of_the_highest() =>
        Assert.Equal(1, Matrix.OfRows([[-3, 2, 2, 1]]).BestColumn(0));

    internal static Matrix Draw(Dice dice, int rows, int columns)
    {
        var matrix = new Matrix(rows, columns);
        dice.Normals(rows * columns).CopyTo(matrix.Data, 0);
        return matrix;
    }

    private static Matrix Copy(Matrix a) => a.Take([.. Enumerable.Range(0, a.Rows)]);

    private static double Best(Matrix scores, int row, bool[] taken)
    {
        if (row == scores.Rows) return 0;
        var best = double.NegativeInfinity;
        for (var j = 0; j < scores.Columns; j++)
        {
            if (taken[j]) continue;
            taken[j] = true;
            best = Math.Max(best, scores[row, j] + Best(scores, row + 1, taken));
            taken[j] = false;
        }

        return best;
    }
}
