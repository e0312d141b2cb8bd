namespace Stemma.Running.Templating;

/// <summary>Walks over the tokens and keeps parsing from nesting deeper than the stack bears.</summary>
internal sealed class TokenCursor(string source, IReadOnlyList<TemplateToken> tokens)
{
    private const int MostDepth = 150;
    private int _at;
    private int _depth;

    /// <summary>How faults call the template.</summary>
    public string Source => source;

    /// <summary>The token at hand.</summary>
    public TemplateToken Now => tokens[_at];

    /// <summary>The token after it.</summary>
    public TemplateToken Ahead => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The token at hand; moves on.</summary>
    public TemplateToken Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    /// <summary>True when an operator is at hand.</summary>
    public bool Is(string text) => Now.Kind == TokenKind.Operator && Now.Text == text;

    /// <summary>True when a word is at hand.</summary>
    public bool IsName(string text) => Now.Kind == TokenKind.Name && Now.Text == text;

    /// <summary>Takes an operator if it is at hand.</summary>
    public bool Accept(string text)
    {
        if (!Is(text)) return false;
        Take();
        return true;
    }

    /// <summary>Takes a word if it is at hand.</summary>
    public bool AcceptName(string text)
    {
        if (!IsName(text)) return false;
        Take();
        return true;
    }

    /// <summary>Takes an operator that must be there.</summary>
    public void Expect(string text)
    {
        if (!Accept(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes a token of a kind that must be there.</summary>
    public TemplateToken Expect(TokenKind kind, string what) => Now.Kind == kind ? Take() : throw Unexpected(what);

    /// <summary>The fault of another token.</summary>
    public Foundation.StemmaException Unexpected(string expected) =>
        TemplateFault.Invalid(source, Now.Line, $"{(Now.Kind == TokenKind.EndOfFile ? "the end of the template" : Now.Text.Length > 0 ? $"'{Now.Text}'" : "the end of a tag")} where {expected} was expected");

    /// <summary>Parses one level deeper.</summary>
    public T Deeper<T>(Func<T> parse)
    {
        if (++_depth > MostDepth) throw TemplateFault.TooLong(source, Now.Line, $"nested deeper than {MostDepth}");
        var result = parse();
        _depth--;
        return result;
    }
}
