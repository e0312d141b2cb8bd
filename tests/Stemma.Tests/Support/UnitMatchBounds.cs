using Stemma.Comparing.Alignment;
using Stemma.Comparing.Statistics;

namespace Stemma.Tests.Support;

internal static class UnitMatchBounds
{
    /// <summary>Natural logarithm of the bound on p for one pair of layers.</summary>
    public static double LogP(this UnitMatch match) => ExactBounds.LogTail(match.Same, match.Expected);
}
