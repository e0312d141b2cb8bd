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
    private readonly Matrix[] _q, _k, _v, _o;
    private readonly double[] _queryKeyNorm, _outputValueNorm;

    private HeadCircuits(Matrix[] q, Matrix[] k, Matrix[] v, Matrix[] o)
    {
        (_q, _k, _v, _o) = (q, k, v, o);
        _queryKeyNorm = [.. q.Select((m, h) => Math.Sqrt(Math.Max(0, Inner(m, k[h], m, k[h]))))];
        _outputValueNorm = [.. o.Select((m, h) => Math.Sqrt(Math.Max(0, Inner(m, v[h], m, v[h]))))];
    }

    public int Heads => _q.Length;

    /// <summary>Reads one layer; null when its shapes do not fit the heads that the configuration names.</summary>
    /// <param name="reducer">Where the residual stream is reduced to.</param>
    public static HeadCircuits? Read(ModelWeights weights, int layer, Matrix? reducer)
    {
        var (heads, groups) = (weights.Shape.Heads, weights.Shape.KvHeads);
        if (heads <= 0 || groups <= 0 || heads % groups != 0) return null;
        if (Reduced(TensorRole.Q) is not { } q || Reduced(TensorRole.K) is not { } k || Reduced(TensorRole.V) is not { } v
            || weights.ReadFolded(TensorRole.O, layer)?.Transpose() is not { } written) return null;
        var o = reducer is null ? written : Products.MultiplyTransposed(written, reducer);
        if (q.Rows % heads != 0 || k.Rows % groups != 0 || v.Rows % groups != 0 || o.Rows % heads != 0) return null;
        if (q.Rows / heads != k.Rows / groups || o.Rows / heads != v.Rows / groups) return null;
        var perGroup = heads / groups;
        return new(
            [.. Enumerable.Range(0, heads).Select(h => Slice(q, heads, h))], [.. Enumerable.Range(0, heads).Select(h => Slice(k, groups, h / perGroup))],
            [.. Enumerable.Range(0, heads).Select(h => Slice(v, groups, h / perGroup))], [.. Enumerable.Range(0, heads).Select(h => Slice(o, heads, h))]);

        Matrix? Reduced(TensorRole role) => weights.ReadFolded(role, layer) is not { } m ? null : reducer is null ? m : Products.MultiplyTransposed(m, reducer);
    }

    /// <summary>The same heads with the residual stream in another basis.</summary>
    public HeadCircuits In(Matrix basis)
    {
        return new(Turn(_q), Turn(_k), Turn(_v), Turn(_o));

        Matrix[] Turn(Matrix[] parts) => Array.ConvertAll(parts, p => Products.Multiply(p, basis));
    }

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
        return Polar.Factor(Products.MultiplyTransposed(mine[head], theirs[otherHead]));
    }

    private Matrix Scores(HeadCircuits a)
    {
        var scores = new Matrix(Heads, a.Heads);
        for (var i = 0; i < Heads; i++)
        {
            for (var j = 0; j < a.Heads; j++)
            {
                var queryKey = Inner(_q[i], _k[i], a._q[j], a._k[j]) / Math.Max(1e-30, _queryKeyNorm[i] * a._queryKeyNorm[j]);
                var outputValue = Inner(_o[i], _v[i], a._o[j], a._v[j]) / Math.Max(1e-30, _outputValueNorm[i] * a._outputValueNorm[j]);
                scores[i, j] = (float)((queryKey + outputValue) / 2);
            }
        }

        return scores;
    }

    /// <summary>&lt;XᵀY, X'ᵀY'&gt; of two products [width, width], without making them: tr(XᵀY Y'ᵀX') = Σ (X X'ᵀ) ∘ (Y Y'ᵀ).</summary>
    private static double Inner(Matrix x, Matrix y, Matrix x2, Matrix y2) =>
        Products.Dot(Products.MultiplyTransposed(x, x2).Data, Products.MultiplyTransposed(y, y2).Data);

    private static Matrix Slice(Matrix all, int parts, int part)
    {
        var rows = all.Rows / parts;
        return all.Take([.. Enumerable.Range(part * rows, rows)]);
    }
}
