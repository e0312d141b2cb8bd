namespace Stemma.Running.Tokenizing.Models;

/// <summary>Merges as a list of pairs (merges.txt, tokenizer.json): the rank is the place in the list.</summary>
internal sealed class MergeTable : IMergeRule
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    private readonly Dictionary<int, int> _ranks = [];

    /// <summary>How many there are.</summary>
    public int Count => _merges.Count;

    /// <summary>Adds the next merge; of equal pairs the later counts, as in the library that writes such files.</summary>
    public void Add(int left, int right, int rank, int id)
    {
        _merges[(left, right)] = (rank, id);
        _ranks.TryAdd(id, rank);
    }

    /// <summary>The first merge that makes a token.</summary>
    public double? RankOf(int id) => _ranks.TryGetValue(id, out var rank) ? rank : null;

    /// <inheritdoc/>
    public (double Rank, int Id)? Find(in Symbol left, in Symbol right) => _merges.TryGetValue((left.Id, right.Id), out var merge) ? (merge.Rank, merge.Id) : null;
}
