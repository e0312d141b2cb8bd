namespace Stemma.Auditing.Vocabularies;

/// <summary>How alike two chat templates are.</summary>
internal static class TemplateLikeness
{
    private const int Window = 5;

    /// <summary>1 for templates that differ in white space at most; else the share of runs of five words that both have (Jaccard).</summary>
    public static double Of(string left, string right)
    {
        var (a, b) = (Words(left), Words(right));
        if (a.SequenceEqual(b)) return 1;
        var (runs, others) = (Runs(a), Runs(b));
        var shared = runs.Intersect(others).Count();
        return runs.Count + others.Count == shared ? 0 : (double)shared / (runs.Count + others.Count - shared);
    }

    private static string[] Words(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = at + 1;
            if (char.IsLetterOrDigit(text[at])) while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_')) end++;
            if (!char.IsWhiteSpace(text[at])) words.Add(text[at..end]);
            at = end;
        }

        return [.. words];
    }

    private static HashSet<string> Runs(string[] words) => [.. Enumerable.Range(0, Math.Max(0, words.Length - Window + 1)).Select(at => string.Join('\0', words.AsSpan(at, Window).ToArray()))];
}
