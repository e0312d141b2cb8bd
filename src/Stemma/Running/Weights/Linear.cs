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
        Product.Multiply(weight, bias, x, y);
        return y;
    }
}
