namespace Stemma.Checkpoints.Remote;

/// <summary>The address of the next page of a listing, as RFC 8288 writes it: <c>Link: &lt;address&gt;; rel="next"</c>.</summary>
internal static class HubPages
{
    private const int LongestHeader = 8192;

    /// <summary>Null when this is the last page.</summary>
    /// <param name="response">An answer to a listing.</param>
    /// <param name="at">Its own address, which relative ones start from.</param>
    public static Uri? Next(HttpResponseMessage response, Uri at)
    {
        if (!response.Headers.TryGetValues("Link", out var values)) return null;
        foreach (var value in values.Where(value => value.Length <= LongestHeader).SelectMany(value => value.Split(',')))
        {
            var (open, close) = (value.IndexOf('<', StringComparison.Ordinal), value.IndexOf('>', StringComparison.Ordinal));
            if (open < 0 || close < open || !IsNext(value[(close + 1)..])) continue;
            if (Uri.TryCreate(at, value[(open + 1)..close], out var next)) return next;
        }

        return null;
    }

    private static bool IsNext(string parameters) =>
        parameters.Split(';').Select(one => one.Replace("\"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal)).Contains("rel=next", StringComparer.OrdinalIgnoreCase);
}
