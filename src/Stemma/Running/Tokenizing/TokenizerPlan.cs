using Stemma.Foundation;
using Stemma.Running.Tokenizing.Stages;

namespace Stemma.Running.Tokenizing;

/// <summary>Everything a tokenizer file says, ready to run.</summary>
internal sealed record TokenizerPlan
{
    /// <summary>How faults call the file.</summary>
    public required string Source { get; init; }

    /// <summary>The kind of model.</summary>
    public required string Kind { get; init; }

    /// <summary>By id how the vocabulary spells the token; null where there is none.</summary>
    public required IReadOnlyList<string?> Spellings { get; init; }

    /// <summary>Cuts pieces into tokens.</summary>
    public required ITokenModel Model { get; init; }

    /// <summary>Tokens found before all else.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Text to text.</summary>
    public Func<string, string> Normalize { get; init; } = text => text;

    /// <summary>Text to pieces.</summary>
    public PreTokenizer PreTokenize { get; init; } = piece => [piece];

    /// <summary>The way back; made new for each text, for a step may remember.</summary>
    public required Func<IReadOnlyList<IDecodeStep>> Decoding { get; init; }

    /// <summary>Tokens set before a text.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    /// <summary>Tokens set after it.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>The token before a text.</summary>
    public int? BeginningOfText { get; init; }

    /// <summary>The token that ends a text.</summary>
    public int? EndOfText { get; init; }

    /// <summary>What was assumed.</summary>
    public IReadOnlyList<Notice> Notices { get; init; } = [];

    /// <summary>The id of a spelling.</summary>
    public int? Find(string spelling)
    {
        _ids ??= Spellings.Select((text, id) => (text, id)).Where(entry => entry.text is not null).GroupBy(entry => entry.text!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().id, StringComparer.Ordinal);
        return _ids.TryGetValue(spelling, out var id) ? id : null;
    }

    private Dictionary<string, int>? _ids;
}
