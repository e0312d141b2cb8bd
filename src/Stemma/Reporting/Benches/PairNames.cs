using Stemma.Benching;

namespace Stemma.Reporting.Benches;

/// <summary>Many pairs by name in few words: the model that stands in most of them with all its partners, then the next.</summary>
internal static class PairNames
{
    /// <summary>For example <c>b0-rot with base-0, b0-sft; b0-perm with base-0</c>.</summary>
    public static string Of(IEnumerable<PairOutcome> pairs)
    {
        var left = pairs.Select(p => (A: p.Subject.Name, B: p.Reference.Name)).ToList();
        var words = new List<string>();
        while (left.Count > 0)
        {
            var hub = left.SelectMany(p => new[] { p.A, p.B }).GroupBy(name => name, StringComparer.Ordinal)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
            words.Add($"{hub} with {string.Join(", ", left.Where(p => p.A == hub || p.B == hub).Select(p => p.A == hub ? p.B : p.A).Order(StringComparer.Ordinal))}");
            left.RemoveAll(p => p.A == hub || p.B == hub);
        }

        return string.Join("; ", words);
    }
}
