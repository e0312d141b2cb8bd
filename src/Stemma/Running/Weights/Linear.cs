using Stemma.Running.Kernels;

namespace Stemma.Running.Weights;

/// <summary>x Wᵀ + b</summary>
internal sealed class Linear(Weight weight, float[]? bias)
{
    public int Outputs => weight.Outputs;

    /// <summary>[tokens, outputs]; the caller disposes of it.</summary>
    public Rows Apply(Rows x)
    {
        var y = new Rows(x.Count, weight.Outputs);
        Product.Multiply(x, (weight, bias, y));
        return y;
    }

    /// <summary>What this map and others make of the same tokens, in their order; the caller disposes of it.</summary>
    public Rows[] ApplyWith(Rows x, params Linear[] others)
    {
        Linear[] all = [this, .. others];
        var y = Array.ConvertAll(all, map => new Rows(x.Count, map.Outputs));
        Product.Multiply(x, [.. all.Select((map, i) => (map.Matrix, map.Bias, y[i]))]);
        return y;
    }

    private Weight Matrix => weight;

    private float[]? Bias => bias;
}
