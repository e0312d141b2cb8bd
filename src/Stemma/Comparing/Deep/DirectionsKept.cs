using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// Seed or descent, from matrices alone. Split A = T + R, T its strongest eight singular directions. B keeps t = &lt;T,B&gt;/&lt;T,T&gt; of the first and
/// r = &lt;R,B&gt;/&lt;R,R&gt; of the second. A descendant keeps what its ancestor had learned as well as the ancestor's initial noise: t/r is near 1. Where only the
/// initial values are shared B never had A's learned part, which is most of T: t/r is well below 1.
/// </summary>
internal static class DirectionsKept
{
    public const int Strongest = 8;

    /// <summary>Means of t and r over both directions: (t of A in B, r of A in B) and the reverse, taken together by the larger ratio later.</summary>
    public static (double Top, double Bulk) Of(Matrix b, Matrix a)
    {
        var (forth, back) = (Split(a, b), Split(b, a));
        return forth.Top * back.Bulk >= back.Top * forth.Bulk ? forth : back;
    }

    /// <summary>Mean t over mean r; null when nothing of the rest is kept.</summary>
    public static double? Ratio(IReadOnlyList<(double Top, double Bulk)> kept)
    {
        var rest = kept.Average(k => k.Bulk);
        return rest <= 0 ? null : kept.Average(k => k.Top) / rest;
    }

    private static (double Top, double Bulk) Split(Matrix a, Matrix b)
    {
        var directions = Subspace.LeadingFactors(a, Strongest, 11);
        directions.NormaliseRows();
        var (inA, inB) = (Products.MultiplyTransposed(a, directions), Products.MultiplyTransposed(b, directions));
        var (topA, topAb) = (Products.Dot(inA.Data, inA.Data), Products.Dot(inA.Data, inB.Data));
        var (allA, allAb) = (Products.Dot(a.Data, a.Data), Products.Dot(a.Data, b.Data));
        return (topAb / Math.Max(1e-30, topA), (allAb - topAb) / Math.Max(1e-30, allA - topA));
    }
}
