using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// FFN units of one layer, experts pooled, each vector of length 1 and with the gains folded in. The first witness of a unit is its gate row (its up row where
/// there is no gate); the others are its up row and its down column, whose common sign is free when there is a gate.
/// </summary>
/// <param name="Layer">Layer number.</param>
/// <param name="First">[units, width].</param>
/// <param name="Others">One or two matrices [units, width]: up and down, or down alone.</param>
/// <param name="Strength">Length of the first vector before it was normalised, per unit.</param>
/// <param name="Total">Units that the layer has; more than there are here when only the strongest were kept.</param>
internal sealed record UnitSet(int Layer, Matrix First, IReadOnlyList<Matrix> Others, float[] Strength, int Total)
{
    public int Count => First.Rows;

    public int Width => First.Columns;

    /// <summary>Up and down may both change their sign without changing the model.</summary>
    public bool SignFree => Others.Count > 1;

    /// <summary>The same units with the residual stream in another basis, x R.</summary>
    public UnitSet In(Matrix basis) =>
        this with { First = Products.Multiply(First, basis), Others = [.. Others.Select(m => Products.Multiply(m, basis))] };

    /// <summary>The strongest units of several layers together, as one set.</summary>
    public static UnitSet Strongest(IReadOnlyList<UnitSet> layers, int most)
    {
        if (layers.Sum(l => l.Count) <= most) return Pool(layers);
        var chosen = Strongest([.. layers.Select(l => l.Strength)], most);
        return Pool([.. layers.Select((set, at) => set.Take(chosen[at]))]);
    }

    /// <summary>Which units of several lists are the strongest of all: for each list their positions, ascending.</summary>
    public static int[][] Strongest(IReadOnlyList<float[]> strengths, int most)
    {
        var chosen = strengths.SelectMany((list, at) => list.Select((strength, row) => (Strength: strength, List: at, Row: row)))
            .OrderByDescending(u => u.Strength).ThenBy(u => u.List).ThenBy(u => u.Row).Take(most).ToLookup(u => u.List, u => u.Row);
        return [.. Enumerable.Range(0, strengths.Count).Select(at => chosen[at].Order().ToArray())];
    }

    /// <summary>Several layers as one.</summary>
    public static UnitSet Pool(IReadOnlyList<UnitSet> layers) => new(
        -1, Matrix.Stack([.. layers.Select(l => l.First)]), [.. Enumerable.Range(0, layers[0].Others.Count).Select(i => Matrix.Stack([.. layers.Select(l => l.Others[i])]))],
        [.. layers.SelectMany(l => l.Strength)], layers.Sum(l => l.Total));

    /// <summary>The units with the longest first vectors: a choice that neither a permutation nor a rotation changes.</summary>
    public UnitSet Strongest(int most) => Count <= most ? this : Take(Strongest([Strength], most)[0]);

    private UnitSet Take(int[] rows) => this with { First = First.Take(rows), Others = [.. Others.Select(m => m.Take(rows))], Strength = [.. rows.Select(r => Strength[r])] };
}
