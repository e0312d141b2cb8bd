using System.Text.Json;

namespace Stemma.Reporting.Verifying;

/// <summary>Where two documents of one kind differ, field by field.</summary>
internal static class JsonDifferences
{
    private const int LongestShown = 160;

    /// <summary>Scores are sums of single-precision numbers, and a later version may add them in another order: their last digits are no difference.</summary>
    private const double RoundingError = 1e-6;

    /// <param name="expected">What the document should be.</param>
    /// <param name="found">What it is.</param>
    /// <param name="place">Where it stands.</param>
    public static IReadOnlyList<Difference> Of(string expected, string found, string place)
    {
        if (expected == found) return [];
        using var should = JsonDocument.Parse(expected);
        using var does = JsonDocument.Parse(found);
        var differences = new List<Difference>();
        Compare(should.RootElement, does.RootElement, place, differences);
        return differences;
    }

    private static void Compare(JsonElement expected, JsonElement found, string place, List<Difference> differences)
    {
        if (expected.ValueKind == JsonValueKind.Object && found.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in expected.EnumerateObject().Concat(found.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal))
            {
                var (there, here) = (expected.TryGetProperty(name, out var a), found.TryGetProperty(name, out var b));
                if (there && here) Compare(a, b, $"{place}.{name}", differences);
                else differences.Add(new($"{place}.{name}", there ? Shown(a) : "nothing", here ? Shown(b) : "nothing"));
            }
        }
        else if (expected.ValueKind == JsonValueKind.Array && found.ValueKind == JsonValueKind.Array)
        {
            var (a, b) = (expected.EnumerateArray().ToList(), found.EnumerateArray().ToList());
            for (var at = 0; at < Math.Min(a.Count, b.Count); at++) Compare(a[at], b[at], $"{place}[{at}]", differences);
            if (a.Count != b.Count) differences.Add(new(place, $"{a.Count} entries", $"{b.Count} entries"));
        }
        else if (!JsonElement.DeepEquals(expected, found) && !SameNumber(expected, found))
        {
            differences.Add(new(place, Shown(expected), Shown(found)));
        }
    }

    private static bool SameNumber(JsonElement expected, JsonElement found) =>
        expected.ValueKind == JsonValueKind.Number && found.ValueKind == JsonValueKind.Number
        && expected.GetDouble() is var a && found.GetDouble() is var b && Math.Abs(a - b) <= RoundingError * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));

    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > LongestShown } raw ? raw[..LongestShown] + "..." : value.GetRawText();
}
