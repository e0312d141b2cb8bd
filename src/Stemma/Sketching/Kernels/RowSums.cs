namespace Stemma.Sketching.Kernels;

/// <summary>Sums over a run of numbers, in double.</summary>
/// <param name="Sum">Sum of x.</param>
/// <param name="Squares">Sum of x squared.</param>
/// <param name="Folded">Sum of (x times its factor) squared: the squared norm after folding the gain.</param>
internal readonly record struct RowSums(double Sum, double Squares, double Folded)
{
    public static RowSums operator +(RowSums a, RowSums b) => new(a.Sum + b.Sum, a.Squares + b.Squares, a.Folded + b.Folded);

    /// <summary>True only when no NaN and no number beyond <see cref="RangeKernel.Limit"/> is among them: one such number alone would make the squares larger.</summary>
    public bool InRange => Squares < RangeKernel.LimitSquared;
}
