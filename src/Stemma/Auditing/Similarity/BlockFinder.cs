namespace Stemma.Auditing.Similarity;

/// <summary>Grows shared fingerprints to the longest equal runs of tokens.</summary>
/// <param name="references">The files that are held against.</param>
internal sealed class BlockFinder(IReadOnlyList<(string Name, List<CodeToken> Tokens)> references)
{
    /// <summary>A run that stands in more places than this is a habit of writing and no trace of one text.</summary>
    private const int MostPlaces = 16;

    /// <summary>Comparisons of tokens for one reference: repetitive files could ask for the square of their length.</summary>
    private const long MostWork = 200_000_000;

    private readonly Dictionary<ulong, List<(int File, int At)>> _places = Index(references);
    private long _work;

    /// <summary>False when repetitive files used up the work that is allowed.</summary>
    public bool Complete => _work < MostWork;

    /// <summary>Blocks of a file that do not overlap, first come first.</summary>
    public IEnumerable<CodeBlock> Find(string name, List<CodeToken> tokens)
    {
        var (covered, tried) = (0, new Dictionary<(int File, int Shift), int>());
        foreach (var (hash, at) in Winnowing.Of(tokens))
        {
            if (at < covered || !_places.TryGetValue(hash, out var places)) continue;
            CodeBlock? best = null;
            var end = 0;
            foreach (var (file, there) in places)
            {
                if (!Complete) yield break;
                if (tried.GetValueOrDefault((file, there - at)) > at) continue;
                var (left, right) = Grow(tokens, at, covered, references[file].Tokens, there);
                tried[(file, there - at)] = right;
                if (right - left <= (best?.Tokens ?? 0) || CodeBlock.Of((name, tokens), left, references[file], left + there - at, right - left) is not { } block) continue;
                (best, end) = (block, right);
            }

            if (best is null) continue;
            covered = end;
            yield return best;
        }
    }

    private (int Left, int Right) Grow(List<CodeToken> own, int at, int least, List<CodeToken> other, int there)
    {
        var (left, right, shift) = (at, at, there - at);
        while (left > least && left + shift > 0 && own[left - 1].Kind == other[left - 1 + shift].Kind) left--;
        while (right < own.Count && right + shift < other.Count && own[right].Kind == other[right + shift].Kind) right++;
        _work += right - left + 1;
        return (left, right);
    }

    private static Dictionary<ulong, List<(int File, int At)>> Index(IReadOnlyList<(string Name, List<CodeToken> Tokens)> files)
    {
        var places = new Dictionary<ulong, List<(int File, int At)>>();
        for (var file = 0; file < files.Count; file++)
        {
            foreach (var (hash, at) in Winnowing.Of(files[file].Tokens))
            {
                if (!places.TryGetValue(hash, out var list)) places.Add(hash, list = []);
                list.Add((file, at));
            }
        }

        foreach (var hash in places.Where(pair => pair.Value.Count > MostPlaces).Select(pair => pair.Key).ToList()) places.Remove(hash);
        return places;
    }
}
