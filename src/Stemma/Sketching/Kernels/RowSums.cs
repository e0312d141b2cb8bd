namespace Stemma.Sketching.Kernels;

/// <summary>Sums over a run of numbers, in double.</summary>
/// <param name="Sum">Sum of x.</param>
/// <param name="Squares">Sum of x squared.</param>
/// <param name="Folded">Sum of (x times its factor) squared: the squared norm after folding the gain.</param>
internal readonly record struct RowSums(double Sum, double Squares, double Folded)
{
    public static RowSums operator +(RowSums a, RowSums b) => new(a.Sum + b.Sum, a.Squares + b.Squares, a.Folded + b.Folded);

    /// <summary>False when a NaN, an infinity or an overflow is among the numbers: the caller then takes the careful path.</summary>
    public bool Finite => double.IsFinite(Sum) && double.IsFinite(Squares) && double.IsFinite(Folded);
}
