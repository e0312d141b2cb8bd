using System.Text;
using Stemma.Foundation;
using Stemma.Running.Tokenizing.Stages;

namespace Stemma.Running.Tokenizing;

/// <summary>Turns tokens into text one by one. All that it gives, joined, is what decoding at once would give.</summary>
public sealed class StreamingDecoder
{
    private readonly TokenizerPlan _plan;
    private readonly HashSet<int> _skipped;
    private readonly IReadOnlyList<IDecodeStep> _steps;
    private readonly Decoder _utf8 = new UTF8Encoding(false).GetDecoder();

    internal StreamingDecoder(TokenizerPlan plan, bool skipSpecialTokens)
    {
        (_plan, _steps) = (plan, plan.Decoding());
        _skipped = skipSpecialTokens ? [.. plan.Added.Where(token => token.Special).Select(token => token.Id)] : [];
    }

    /// <summary>The text that one more token completes; empty while a character is incomplete.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenUnknown"/> for an id that is no token.</exception>
    public string Add(int id)
    {
        if (id < 0 || id >= _plan.Spellings.Count || _plan.Spellings[id] is not { } spelling)
            throw new StemmaException(FaultCode.TokenUnknown, _plan.Source, null, $"token id {id}", $"ids that the vocabulary names, below {_plan.Spellings.Count}");
        if (_skipped.Contains(id)) return "";
        var token = new DecodedToken(id, spelling);
        foreach (var step in _steps) token = step.Apply(token);
        return Text(token.Bytes ?? Encoding.UTF8.GetBytes(token.Text), flush: false);
    }

    /// <summary>What is left at the end: U+FFFD for a character that never became whole.</summary>
    public string Finish() => Text([], flush: true);

    private string Text(byte[] bytes, bool flush)
    {
        var letters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length) + 2];
        return new(letters, 0, _utf8.GetChars(bytes, letters, flush));
    }
}
