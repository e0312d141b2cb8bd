namespace Stemma.Cli.Commands;

/// <summary>The word that was probably meant.</summary>
internal static class Nearest
{
    /// <summary>A sentence with a leading space, or nothing when no word is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var best = known.Select(name => (Name: name, Distance: Distance(word, name)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Name, StringComparer.Ordinal).FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, best.Name.Length / 3) ? $" Did you mean '{best.Name}'?" : "";
    }

    /// <summary>Edits from one word to the other; two neighbouring letters that changed places are one edit (Damerau 1964, optimal string alignment).</summary>
    internal static int Distance(string from, string to)
    {
        if (from.Length > 64) return int.MaxValue;
        var table = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= to.Length; j++) table[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var cost = from[i - 1] == to[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }

        return table[from.Length, to.Length];
    }
}
