using Stemma.Foundation;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>Collects tokens by id, within limits.</summary>
/// <param name="file">How faults call the file.</param>
internal sealed class TokenTableBuilder(string file)
{
    /// <summary>Ids are below this: a file of a few bytes may name the largest, and tables have room for all below it. The largest vocabulary known has 262,144.</summary>
    public const int MostIds = 1 << 20;

    private readonly List<byte[]?> _tokens = [];
    private readonly List<string?> _spellings = [];

    /// <summary>Sets what an id stands for; a later word overrides an earlier one.</summary>
    /// <param name="id">The token's number.</param>
    /// <param name="bytes">What it stands for; null for nothing.</param>
    /// <param name="offset">Where it is said, for a fault.</param>
    /// <param name="spelling">How the vocabulary writes it; null leaves what was said before.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> for an id out of range.</exception>
    public void Set(long id, byte[]? bytes, long? offset, string? spelling)
    {
        if (id is < 0 or >= MostIds) throw Invalid(file, offset, $"token id {id}", $"0 to {MostIds - 1}");
        while (_tokens.Count <= id)
        {
            _tokens.Add(null);
            _spellings.Add(null);
        }

        _tokens[(int)id] = bytes;
        if (spelling is not null) _spellings[(int)id] = spelling;
    }

    /// <summary>The finished table.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> when there is no token at all.</exception>
    public TokenTable ToTable(string kind) => _tokens.Count == 0 ? throw Invalid(file, null, "no token", "at least one token") : new TokenTable(file, kind, _tokens) { Spellings = _spellings };

    /// <summary>The fault of a broken tokenizer.</summary>
    public static StemmaException Invalid(string file, long? offset, string found, string allowed, Exception? inner = null) =>
        new(new Fault(FaultCode.TokenizerInvalid, file, offset, found, allowed, "Repair the file or take it away"), inner);
}
