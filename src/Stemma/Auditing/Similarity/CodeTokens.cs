using Stemma.Auditing.Sources;

namespace Stemma.Auditing.Similarity;

/// <summary>A piece of a program.</summary>
/// <param name="Kind">Keywords and signs stand for themselves; every name is one kind, every number and every text another.</param>
/// <param name="Text">As written.</param>
/// <param name="Line">From 1.</param>
internal readonly record struct CodeToken(int Kind, string Text, int Line);

/// <summary>
/// A program as tokens in which renaming, comments, texts and layout make no difference. Comments, texts of several lines (where Python keeps its documentation) and import lines are left out:
/// licence headers and imports are alike everywhere.
/// </summary>
internal static class CodeTokens
{
    private const int NameKind = 1, NumberKind = 2, TextKind = 3, FirstWord = 1_000;

    private static readonly string[] Keywords =
    [
        "and", "as", "assert", "async", "await", "break", "case", "catch", "class", "const", "continue", "def", "del", "do", "elif", "else", "enum", "except", "false", "finally", "fn", "for", "from", "func", "global",
        "if", "in", "is", "lambda", "let", "new", "None", "nonlocal", "not", "null", "or", "pass", "raise", "return", "self", "static", "struct", "super", "switch", "this", "throw", "true", "True", "False", "try", "var",
        "void", "while", "with", "yield",
    ];

    private static readonly string[] Imports = ["import ", "from ", "#include", "using ", "package "];

    /// <summary>The tokens of a file.</summary>
    public static List<CodeToken> Of(SourceFile file)
    {
        var (tokens, hashes, inside) = (new List<CodeToken>(), file.Name.EndsWith(".py", StringComparison.Ordinal) || file.Name.EndsWith(".sh", StringComparison.Ordinal), "");
        for (var at = 0; at < file.Lines.Count; at++)
        {
            var line = file.Lines[at];
            if (inside.Length == 0 && Array.Exists(Imports, word => line.AsSpan().TrimStart().StartsWith(word, StringComparison.Ordinal))) continue;
            for (var i = 0; i < line.Length;)
            {
                if (inside.Length > 0)
                {
                    var end = line.IndexOf(inside, i, StringComparison.Ordinal);
                    i = end < 0 ? line.Length : end + inside.Length;
                    if (end >= 0) inside = "";
                    continue;
                }

                if (Opens(line, i, hashes) is { } close)
                {
                    (inside, i) = (close, i + (close == "*/" ? 2 : 3));
                    continue;
                }

                if (hashes ? line[i] == '#' : line[i] == '/' && i + 1 < line.Length && line[i + 1] == '/') break;
                i = char.IsWhiteSpace(line[i]) ? i + 1 : Take(line, i, at + 1, tokens);
            }
        }

        return tokens;
    }

    private static string? Opens(string line, int at, bool python) => python
        ? string.CompareOrdinal(line, at, "\"\"\"", 0, 3) == 0 ? "\"\"\"" : string.CompareOrdinal(line, at, "'''", 0, 3) == 0 ? "'''" : null
        : string.CompareOrdinal(line, at, "/*", 0, 2) == 0 ? "*/" : null;

    private static int Take(string line, int start, int number, List<CodeToken> tokens)
    {
        var (end, first) = (start + 1, line[start]);
        if (first is '"' or '\'')
        {
            while (end < line.Length && line[end] != first) end += line[end] == '\\' ? 2 : 1;
            end = Math.Min(end + 1, line.Length);
            tokens.Add(new(TextKind, "", number));
        }
        else if (char.IsLetter(first) || first == '_')
        {
            while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] == '_')) end++;
            var word = line[start..end];
            var keyword = Array.IndexOf(Keywords, word);
            tokens.Add(new(keyword < 0 ? NameKind : FirstWord + keyword, word, number));
        }
        else if (char.IsAsciiDigit(first))
        {
            while (end < line.Length && (char.IsLetterOrDigit(line[end]) || line[end] is '.' or '_')) end++;
            tokens.Add(new(NumberKind, "", number));
        }
        else
        {
            tokens.Add(new(FirstWord + Keywords.Length + first, "", number));
        }

        return end;
    }

    /// <summary>True for a name that could be changed without changing the program.</summary>
    public static bool IsName(this CodeToken token) => token.Kind == NameKind;
}
