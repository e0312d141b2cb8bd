using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// The attention of one layer, head by head: the circuit of queries and keys WqᵀWk and that of outputs and values WoWv (Elhage et al., A Mathematical Framework for
/// Transformer Circuits, 2021). Both stay what they are when a head's inner basis is changed; the first at relative position zero also when RoPE's pairs are turned.
/// </summary>
internal sealed class HeadCircuits
{
    private readonly Matrix _q, _k, _v, _o;
    private readonly int _groups;
    private readonly double[] _queryKeyNorm, _outputValueNorm;

    /// <summary>Queries and outputs hold all heads one after another, keys and values all groups; [heads or groups x inner size, width] each.</summary>
    private HeadCircuits(int heads, int groups, Matrix q, Matrix k, Matrix v, Matrix o)
    {
        (Heads, _groups, _q, _k, _v, _o) = (heads, groups, q, k, v, o);
        _queryKeyNorm = Norms(q, k);
        _outputValueNorm = Norms(o, v);
    }

    public int Heads { get; }

    /// <summary>Memory that it takes.</summary>
    public long Bytes => 4L * (_q.Data.Length + _k.Data.Length + _v.Data.Length + _o.Data.Length);

    /// <summary>Reads one layer; null when its shapes do not fit the heads that the configuration names.</summary>
    /// <param name="reducer">Where the residual stream is reduced to.</param>
    public static HeadCircuits? Read(ModelWeights weights, int layer, Matrix? reducer)
    {
        var (heads, groups) = (weights.Shape.Heads, weights.Shape.KvHeads);
        if (heads <= 0 || groups <= 0 || heads % groups != 0) return null;
        if (Reduced(TensorRole.Q) is not { } q || Reduced(TensorRole.K) is not { } k || Reduced(TensorRole.V) is not { } v
            || weights.ReadFolded(TensorRole.O, layer) is not { } written) return null;
        var o = (reducer is null ? written : Products.Multiply(reducer, written)).Transpose();
        if (q.Rows % heads != 0 || k.Rows % groups != 0 || v.Rows % groups != 0 || o.Rows % heads != 0) return null;
        if (q.Rows / heads != k.Rows / groups || o.Rows / heads != v.Rows / groups) return null;
        return new(heads, groups, q, k, v, o);

        Matrix? Reduced(TensorRole role) => weights.ReadFolded(role, layer) is not { } m ? null : reducer is null ? m : Products.MultiplyTransposed(m, reducer);
    }

    /// <summary>The same heads with the residual stream in another basis.</summary>
    public HeadCircuits In(Matrix basis) =>
        new(Heads, _groups, Products.Multiply(_q, basis), Products.Multiply(_k, basis), Products.Multiply(_v, basis), Products.Multiply(_o, basis));

    /// <summary>Mean cosine of the two circuits over heads, each head with the one that the best assignment gives it; -1 to 1.</summary>
    public double Likeness(HeadCircuits other)
    {
        var (b, a) = Heads <= other.Heads ? (this, other) : (other, this);
        var scores = b.Scores(a);
        var partner = Assignment.Maximise(scores);
        return Enumerable.Range(0, b.Heads).Average(i => (double)scores[i, partner[i]]);
    }

    /// <summary>The head of the other layer that each head meets; both have as many.</summary>
    public int[] Partners(HeadCircuits other) => Assignment.Maximise(Scores(other));

    /// <summary>
    /// The orthogonal matrix M that carries the inner basis of another layer's head to that of one of these: its bias b becomes M b. From the weights alone (Procrustes), so that
    /// whoever turned a head's inside does not hide its bias.
    /// </summary>
    /// <param name="role">Queries, keys or values.</param>
    public Matrix Inside(TensorRole role, int head, HeadCircuits other, int otherHead)
    {
        var (mine, theirs) = role switch { TensorRole.Q => (_q, other._q), TensorRole.K => (_k, other._k), _ => (_v, other._v) };
        var ofQueries = role == TensorRole.Q;
        return Polar.Factor(Products.MultiplyTransposed(Slice(mine, ofQueries ? Heads : _groups, Place(head, ofQueries)), Slice(theirs, ofQueries ? other.Heads : other._groups, other.Place(otherHead, ofQueries))));
    }

    /// <summary>Where a head's rows stand: its own, or its group's.</summary>
    private int Place(int head, bool own) => own ? head : head / (Heads / _groups);

    private Matrix Scores(HeadCircuits a)
    {
        var (queryKey, outputValue) = (Inner(a, _q, _k, a._q, a._k), Inner(a, _o, _v, a._o, a._v));
        var scores = new Matrix(Heads, a.Heads);
        for (var i = 0; i < Heads; i++)
        {
            for (var j = 0; j < a.Heads; j++)
            {
                scores[i, j] = (float)(((queryKey[i, j] / Math.Max(1e-30, _queryKeyNorm[i] * a._queryKeyNorm[j]))
                    + (outputValue[i, j] / Math.Max(1e-30, _outputValueNorm[i] * a._outputValueNorm[j]))) / 2);
            }
        }

        return scores;
    }

    /// <summary>
    /// &lt;XᵀY, X'ᵀY'&gt; of the products [width, width] of all heads with all of another layer's, without making them: tr(XᵀY Y'ᵀX') = Σ (X X'ᵀ) ∘ (Y Y'ᵀ).
    /// </summary>
    private double[,] Inner(HeadCircuits a, Matrix x, Matrix y, Matrix x2, Matrix y2)
    {
        var (xs, ys) = (Products.MultiplyTransposed(x, x2), Products.MultiplyTransposed(y, y2));
        var (rows, columns) = (x.Rows / Heads, x2.Rows / a.Heads);
        var inner = new double[Heads, a.Heads];
        if (rows != y.Rows / _groups || columns != y2.Rows / a._groups) return inner;
        for (var i = 0; i < Heads; i++)
        {
            for (var j = 0; j < a.Heads; j++)
            {
                for (var r = 0; r < rows; r++)
                {
                    inner[i, j] += Products.Dot(
                        xs.Row((i * rows) + r).Slice(j * columns, columns), ys.Row((Place(i, false) * rows) + r).Slice(a.Place(j, false) * columns, columns));
                }
            }
        }

        return inner;
    }

    /// <summary>Frobenius norm of XᵀY of each head.</summary>
    private double[] Norms(Matrix x, Matrix y)
    {
        return [.. Enumerable.Range(0, Heads).Select(h =>
        {
            var (mine, other) = (Slice(x, Heads, h), Slice(y, _groups, Place(h, false)));
            return Math.Sqrt(Math.Max(0, Products.Dot(Products.Square(mine).Data, Products.Square(other).Data)));
        })];
    }

    private static Matrix Slice(Matrix all, int parts, int part)
    {
        var rows = all.Rows / parts;
        return all.Take([.. Enumerable.Range(part * rows, rows)]);
    }
}
