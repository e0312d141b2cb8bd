namespace Stemma.Running.Tokenizing.Models;

/// <summary>
/// Byte-pair merging with a priority queue over a linked list (as in tokenizers' Word::merge_all and SentencePiece's bpe::Model::Encode): the best pair
/// first, of equals the leftmost; n log n steps for n symbols, where scanning again after each merge would need n².
/// </summary>
internal sealed class MergeQueue
{
    private readonly Symbol[] _symbols;
    private readonly PriorityQueue<(int Left, int LeftStamp, int RightStamp, int Id), ulong> _queue = new();
    private readonly IMergeRule _rule;

    private MergeQueue(Symbol[] symbols, IMergeRule rule) => (_symbols, _rule) = (symbols, rule);

    /// <summary>Merges until no pair can be.</summary>
    /// <param name="symbols">The letters to start from, in order; changed in place.</param>
    /// <param name="rule">Says which neighbours make a token.</param>
    /// <returns>The symbols that remain, in order.</returns>
    public static IEnumerable<Symbol> Run(Symbol[] symbols, IMergeRule rule)
    {
        var queue = new MergeQueue(symbols, rule);
        for (var i = 0; i < symbols.Length; i++)
        {
            symbols[i].Previous = i - 1;
            symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
        }

        for (var i = 0; i + 1 < symbols.Length; i++) queue.Offer(i);
        queue.MergeAll();
        return symbols.Length == 0 ? [] : queue.Remaining();
    }

    private void MergeAll()
    {
        while (_queue.TryDequeue(out var pair, out _))
        {
            ref var left = ref _symbols[pair.Left];
            if (left.Stamp != pair.LeftStamp || left.Next < 0) continue;
            ref var right = ref _symbols[left.Next];
            if (right.Stamp != pair.RightStamp) continue;
            left.Length += right.Length;
            left.Id = pair.Id;
            left.Stamp++;
            right.Stamp = -1;
            left.Next = right.Next;
            if (left.Next >= 0) _symbols[left.Next].Previous = pair.Left;
            if (left.Previous >= 0) Offer(left.Previous);
            Offer(pair.Left);
        }
    }

    private void Offer(int at)
    {
        ref var left = ref _symbols[at];
        if (left.Next < 0 || left.Frozen || _symbols[left.Next].Frozen) return;
        ref var right = ref _symbols[left.Next];
        if (_rule.Find(left, right) is { } merge) _queue.Enqueue((at, left.Stamp, right.Stamp, merge.Id), Priority((float)merge.Rank, at));
    }

    /// <summary>
    /// Rank and place as one number, the rank first: comparing two is most of the work. A float holds every rank exactly: those of a list are below 2^24, those of
    /// SentencePiece are floats.
    /// </summary>
    private static ulong Priority(float rank, int at)
    {
        // Adding zero turns -0 into 0; flipping the bits of negative numbers puts floats in the order of their bits.
        var bits = BitConverter.SingleToUInt32Bits(rank + 0f);
        return (ulong)((bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000) << 32 | (uint)at;
    }

    private IEnumerable<Symbol> Remaining()
    {
        for (var i = 0; i >= 0; i = _symbols[i].Next) yield return _symbols[i];
    }
}

/// <summary>A stretch of the piece that is one token so far.</summary>
internal struct Symbol
{
    /// <summary>Its token; negative when the vocabulary has none for it.</summary>
    public int Id;

    /// <summary>Where it starts in the piece, in UTF-16 units.</summary>
    public int Start;

    /// <summary>How long it is there.</summary>
    public int Length;

    /// <summary>Never merged with a neighbour.</summary>
    public bool Frozen;

    internal int Previous;
    internal int Next;
    internal int Stamp;
}

/// <summary>Says which two neighbours make a token.</summary>
internal interface IMergeRule
{
    /// <summary>The merge's rank, smaller first, and the token it makes; null when there is none.</summary>
    (double Rank, int Id)? Find(in Symbol left, in Symbol right);
}
