using System.Globalization;
using System.Text;

namespace Stemma.Running.Templating;

/// <summary>What a token of a template is.</summary>
internal enum TokenKind
{
    Text,
    ExpressionStart,
    StatementStart,
    End,
    Name,
    String,
    Integer,
    Float,
    Operator,
    EndOfFile,
}

/// <summary>One token and the line it starts on, from 1.</summary>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line);

/// <summary>
/// Cuts a template into tokens as Jinja does with trim_blocks and lstrip_blocks, which chat templates are written for: the line end after a statement goes,
/// and the blanks before one that begins a line.
/// </summary>
internal sealed class TemplateLexer
{
    private static readonly string[] Operators = ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|"];

    private readonly List<TemplateToken> _tokens = [];
    private readonly string _source;
    private readonly string _text;
    private int _at;
    private int _line = 1;
    private bool _atLineStart = true;

    /// <param name="source">How faults call the template.</param>
    /// <param name="text">The template; of line ends only the feeds count, and the last one goes.</param>
    public TemplateLexer(string source, string text)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        (_source, _text) = (source, text.EndsWith('\n') ? text[..^1] : text);
    }

    /// <summary>All tokens, the last being <see cref="TokenKind.EndOfFile"/>.</summary>
    /// <exception cref="Foundation.StemmaException">A template fault with its line.</exception>
    public IReadOnlyList<TemplateToken> Read()
    {
        var strip = false;
        while (_at < _text.Length)
        {
            var start = NextTag(_at);
            var body = _text[_at..start];
            var bodyLine = _line;
            Move(start);
            if (strip) body = body.TrimStart();
            if (_at == _text.Length)
            {
                AddText(body, bodyLine);
                break;
            }

            var kind = _text[_at + 1];
            var sign = _at + 2 < _text.Length ? _text[_at + 2] : ' ';
            if (sign == '-') body = body.TrimEnd();
            else if (sign != '+' && kind != '{') body = WithoutIndent(body);
            AddText(body, bodyLine);
            strip = kind == '#' ? Comment() : Tag(kind, sign is '-' or '+');
        }

        _tokens.Add(new(TokenKind.EndOfFile, "", _line));
        return _tokens;
    }

    private int NextTag(int from)
    {
        for (var at = from; at + 1 < _text.Length; at++)
        {
            if (_text[at] == '{' && _text[at + 1] is '{' or '%' or '#') return at;
        }

        return _text.Length;
    }

    private void AddText(string body, int line)
    {
        if (body.Length > 0) _tokens.Add(new(TokenKind.Text, body, line));
    }

    /// <summary>Without the blanks between the last line end and a statement.</summary>
    private string WithoutIndent(string body)
    {
        var lineStart = body.LastIndexOf('\n') + 1;
        return (lineStart > 0 || _atLineStart) && body.AsSpan(lineStart).IsWhiteSpace() ? body[..lineStart] : body;
    }

    private bool Comment()
    {
        var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw TemplateFault.Invalid(_source, _line, "a comment without an end");
        var strip = _text[end - 1] == '-';
        Move(end + 2);
        _atLineStart = false;
        if (!strip) SkipLineEnd();
        return strip;
    }

    private bool Tag(char kind, bool signed)
    {
        _tokens.Add(new(kind == '%' ? TokenKind.StatementStart : TokenKind.ExpressionStart, "", _line));
        Move(_at + (signed ? 3 : 2));
        var close = kind == '%' ? '%' : '}';
        var depth = 0;
        while (true)
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) Move(_at + 1);
            if (_at >= _text.Length) throw TemplateFault.Invalid(_source, _line, "a tag without an end");
            var dash = _text[_at] is '-' or '+' && At(_at + 1, close) ? _text[_at] : ' ';
            var at = dash == ' ' ? _at : _at + 1;
            if (depth == 0 && At(at, close))
            {
                _tokens.Add(new(TokenKind.End, "", _line));
                Move(at + 2);
                _atLineStart = false;
                if (kind == '%' && dash == ' ') SkipLineEnd();
                return dash == '-';
            }

            depth += _text[_at] is '(' or '[' or '{' ? 1 : _text[_at] is ')' or ']' or '}' ? -1 : 0;
            Token();
        }
    }

    private bool At(int at, char close) => at + 1 < _text.Length && _text[at] == close && _text[at + 1] == '}';

    private void SkipLineEnd()
    {
        var before = _at;
        if (_at < _text.Length && _text[_at] == '\n') Move(_at + 1);
        _atLineStart = _at > before;
    }

    private void Token()
    {
        var letter = _text[_at];
        if (letter is '\'' or '"') Quoted(letter);
        else if (char.IsAsciiDigit(letter)) Number();
        else if (char.IsLetter(letter) || letter == '_') Add(TokenKind.Name, Length(each => char.IsLetterOrDigit(each) || each == '_'));
        else if (Operators.FirstOrDefault(each => _text.AsSpan(_at).StartsWith(each, StringComparison.Ordinal)) is { } found) Add(TokenKind.Operator, found.Length);
        else throw TemplateFault.Invalid(_source, _line, $"the character '{letter}'");
    }

    private int Length(Func<char, bool> belongs)
    {
        var end = _at;
        while (end < _text.Length && belongs(_text[end])) end++;
        return end - _at;
    }

    private void Number()
    {
        var length = Length(each => char.IsAsciiDigit(each) || each == '_');
        var kind = TokenKind.Integer;
        if (_at + length + 1 < _text.Length && _text[_at + length] == '.' && char.IsAsciiDigit(_text[_at + length + 1]))
        {
            kind = TokenKind.Float;
            for (length++; _at + length < _text.Length && char.IsAsciiDigit(_text[_at + length]);) length++;
        }

        Add(kind, length);
    }

    private void Quoted(char quote)
    {
        var (line, result) = (_line, new StringBuilder());
        for (Move(_at + 1); ; Move(_at + 1))
        {
            if (_at >= _text.Length) throw TemplateFault.Invalid(_source, line, "a text without its closing quote");
            if (_text[_at] == quote) break;
            if (_text[_at] != '\\' || _at + 1 >= _text.Length)
            {
                result.Append(_text[_at]);
                continue;
            }

            Move(_at + 1);
            result.Append(_text[_at] switch
            {
                'n' => "\n",
                't' => "\t",
                'r' => "\r",
                'b' => "\b",
                'f' => "\f",
                '0' => "\0",
                'x' => Coded(2),
                'u' => Coded(4),
                '\n' => "",
                '\\' or '\'' or '"' => _text[_at].ToString(),
                var other => "\\" + other,
            });
        }

        Move(_at + 1);
        _tokens.Add(new(TokenKind.String, result.ToString(), line));
    }

    private string Coded(int digits)
    {
        if (_at + digits >= _text.Length || !int.TryParse(_text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw TemplateFault.Invalid(_source, _line, "an escape without its digits");
        Move(_at + digits);
        return ((char)code).ToString();
    }

    private void Add(TokenKind kind, int length)
    {
        _tokens.Add(new(kind, _text.Substring(_at, length), _line));
        Move(_at + length);
    }

    private void Move(int to)
    {
        _line += _text.AsSpan(_at, to - _at).Count('\n');
        _at = to;
    }
}
