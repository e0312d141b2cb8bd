using System.Text;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>Rewrites the few constructs that Oniguruma and .NET read differently, and refuses those that only Oniguruma knows.</summary>
/// <param name="source">How faults call the file.</param>
/// <param name="pattern">The pattern.</param>
internal sealed class PatternTranslator(string source, string pattern)
{
    private const string Word = @"\p{L}\p{M}\p{N}\p{Pc}";
    private readonly StringBuilder _result = new();
    private readonly Stack<int> _groups = new();
    private int _at;
    private int _atom;

    /// <summary>The pattern for .NET.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerUnsupported"/>.</exception>
    public string Translate()
    {
        while (_at < pattern.Length)
        {
            switch (pattern[_at])
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    _groups.Push(_result.Length);
                    _result.Append(pattern[_at++]);
                    if (Next("?>") || Next("?:") || Next("?=") || Next("?!") || Next("?i:")) break;
                    if (_at < pattern.Length && pattern[_at] == '?' && !Next("?<=") && !Next("?<!")) throw Refused("this kind of group");
                    break;
                case ')':
                    _atom = _groups.Count > 0 ? _groups.Pop() : 0;
                    _result.Append(pattern[_at++]);
                    break;
                case '?' or '*' or '+' or '{':
                    Quantifier();
                    break;
                case '$':
                    Atom(@"(?=\n|\z)", 1);
                    break;
                case '^':
                    Atom(@"(?<=\A|\n)", 1);
                    break;
                case var letter:
                    Atom(letter.ToString(), 1);
                    break;
            }
        }

        return _result.ToString();
    }

    private void Quantifier()
    {
        var start = _at;
        var braces = pattern[_at] == '{';
        if (braces)
        {
            var end = pattern.IndexOf('}', _at);
            if (end < 0 || pattern[(_at + 1)..end].Any(letter => letter is not (',' or (>= '0' and <= '9')))) throw Refused("a brace");
            _at = end;
        }

        _at++;
        var quantifier = pattern[start.._at];
        if (_at < pattern.Length && pattern[_at] == '+')
        {
            // Possessive: what was matched is not given back, which .NET writes as an atomic group. After braces Oniguruma reads a second quantifier, to the same end.
            _at++;
            _result.Insert(_atom, "(?>").Append(quantifier).Append(')');
            return;
        }

        if (_at < pattern.Length && pattern[_at] == '?') quantifier += pattern[_at++];
        _result.Append(quantifier);
    }

    private void Class()
    {
        _atom = _result.Length;
        _result.Append(pattern[_at++]);
        if (_at < pattern.Length && pattern[_at] == '^') _result.Append(pattern[_at++]);
        while (_at < pattern.Length && pattern[_at] != ']')
        {
            if (pattern[_at] == '\\')
            {
                Escape(inClass: true);
                continue;
            }

            if (pattern[_at] == '[') throw Refused("a set inside a set");
            if (pattern.AsSpan(_at).StartsWith("&&")) throw Refused("an intersection of sets");
            if (char.IsSurrogate(pattern[_at])) throw Refused("a character beyond U+FFFF in a set");
            _result.Append(pattern[_at++]);
        }

        if (_at == pattern.Length) throw Refused("a set without an end");
        _result.Append(pattern[_at++]);
    }

    private void Escape(bool inClass)
    {
        if (_at + 1 == pattern.Length) throw Refused("an escape without a letter");
        var letter = pattern[_at + 1];
        if (!inClass) _atom = _result.Length;
        if (letter is 'w')
        {
            _result.Append(inClass ? Word : $"[{Word}]");
            _at += 2;
        }
        else if (letter is 'p' or 'P')
        {
            var end = pattern.IndexOf('}', _at);
            if (end < 0) throw Refused("a property without a name");
            _result.Append(pattern, _at, end + 1 - _at);
            _at = end + 1;
        }
        else
        {
            // Punctuation stands for itself; of letters, those that both read alike.
            if (char.IsLetterOrDigit(letter) && letter is not ('s' or 'S' or 'd' or 'D' or 'r' or 'n' or 't' or 'f' or 'u' or 'x' or 'z')) throw Refused($"the escape \\{letter}");
            _result.Append(pattern, _at, 2);
            _at += 2;
        }
    }

    private void Atom(string text, int length)
    {
        _atom = _result.Length;
        _result.Append(text);
        _at += length;
    }

    private bool Next(string text)
    {
        if (!pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal)) return false;
        _result.Append(text);
        _at += text.Length;
        return true;
    }

    private StemmaException Refused(string what) =>
        new(FaultCode.TokenizerUnsupported, source, null, $"{what}, in the pattern {pattern} at character {_at}", "what .NET and Oniguruma read alike");
}
