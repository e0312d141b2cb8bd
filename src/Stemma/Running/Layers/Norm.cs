using Stemma.Foundation.Linear;
using Stemma.Running.Kernels;

namespace Stemma.Running.Layers;

/// <summary>RMSNorm (Zhang and Sennrich, arXiv 1910.07467), or LayerNorm (Ba et al., arXiv 1607.06450) where a mean is taken away.</summary>
internal sealed class Norm(float[] gain, float[]? shift, double epsilon, bool centred)
{
    /// <summary>Each row normalised; the caller disposes of the result.</summary>
    public Rows Apply(Rows x)
    {
        var y = new Rows(x.Count, x.Width);
        for (var row = 0; row < x.Count; row++) Apply(x[row], y[row]);
        return y;
    }

    /// <summary>Normalises every stretch of the gain's length in place: whole rows, or each head of a row.</summary>
    public void ApplyInPlace(Rows x)
    {
        for (var at = 0; at < x.Count * x.Width; at += gain.Length)
        {
            var part = x.All.Slice(at, gain.Length);
            Apply(part, part);
        }
    }

    private void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        if (centred)
        {
            var sum = 0.0;
            foreach (var value in x) sum += value;
            var mean = (float)(sum / x.Length);
            for (var i = 0; i < x.Length; i++) y[i] = x[i] - mean;
            x = y;
        }

        Vectors.ScaleTo(y, x, (float)(1 / Math.Sqrt((Products.Dot(x, x) / x.Length) + epsilon)), gain);
        if (shift is not null) Vectors.Add(y, shift);
    }
}
