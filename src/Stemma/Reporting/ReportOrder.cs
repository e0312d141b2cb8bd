using Stemma.Comparing;

namespace Stemma.Reporting;

/// <summary>The one order in which evidence is shown: what decides first, then by method, so that two reports can be compared line by line.</summary>
internal static class ReportOrder
{
    public static IReadOnlyList<Evidence> Of(IReadOnlyList<Evidence> evidence) =>
        [.. evidence.OrderBy(one => one.Kind).ThenBy(one => one.Method, StringComparer.Ordinal)];
}
