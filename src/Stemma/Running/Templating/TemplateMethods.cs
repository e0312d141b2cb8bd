namespace Stemma.Running.Templating;

/// <summary>What stands behind a dot: fields, and the methods of texts, lists and mappings that templates use.</summary>
internal static class TemplateMethods
{
    /// <summary>The attribute of a value; an <see cref="Undefined"/> where there is none.</summary>
    public static object? Attribute(TemplateRun run, int line, object? target, string name)
    {
        object? method = target switch
        {
            string text => OfText(text, name),
            TemplateMap map => OfMap(map, name),
            List<object?> list => OfList(list, name),
            _ => null,
        };
        return method ?? TemplateItems.At(run, line, target, name);
    }

    private static Callable? OfText(string text, string name) => name switch
    {
        "strip" => (run, line, given, _) => run.Made(line, Letters(given) is { } set ? text.Trim(set) : text.Trim()),
        "lstrip" => (run, line, given, _) => run.Made(line, Letters(given) is { } set ? text.TrimStart(set) : text.TrimStart()),
        "rstrip" => (run, line, given, _) => run.Made(line, Letters(given) is { } set ? text.TrimEnd(set) : text.TrimEnd()),
        "upper" => (run, line, _, _) => run.Made(line, text.ToUpperInvariant()),
        "lower" => (run, line, _, _) => run.Made(line, text.ToLowerInvariant()),
        "title" => (run, line, _, _) => run.Made(line, Title(text)),
        "capitalize" => (run, line, _, _) => run.Made(line, Capital(text)),
        "startswith" => (run, line, given, _) => Any(run, line, given, part => text.StartsWith(part, StringComparison.Ordinal)),
        "endswith" => (run, line, given, _) => Any(run, line, given, part => text.EndsWith(part, StringComparison.Ordinal)),
        "removeprefix" => (run, line, given, _) => Text(run, line, given, 0) is var part && text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text,
        "removesuffix" => (run, line, given, _) => Text(run, line, given, 0) is var part && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text,
        "replace" => (run, line, given, _) => Replace(run, line, text, Text(run, line, given, 0), Text(run, line, given, 1)),
        "split" => (run, line, given, _) => Split(run, line, text, given, fromEnd: false),
        "rsplit" => (run, line, given, _) => Split(run, line, text, given, fromEnd: true),
        "splitlines" => (run, line, _, _) => Counted(run, line, text, text.Length == 0 ? [] : [.. (text.EndsWith('\n') ? text[..^1] : text).Split('\n')]),
        "find" => (run, line, given, _) => (long)text.IndexOf(Text(run, line, given, 0), StringComparison.Ordinal),
        "count" => (run, line, given, _) => Text(run, line, given, 0) is { Length: > 0 } part ? (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length : text.Length + 1L,
        "isdigit" => (_, _, _, _) => text.Length > 0 && text.All(char.IsDigit),
        "join" => (run, line, given, _) => TemplateFilters.Join(run, line, given.Count > 0 ? given[0] : null, text),
        _ => null,
    };

    private static Callable? OfMap(TemplateMap map, string name) => name switch
    {
        "items" => (_, _, _, _) => TemplateFilters.Pairs(map),
        "keys" => (_, _, _, _) => map.Select(entry => (object?)entry.Key).ToList(),
        "values" => (_, _, _, _) => map.Select(entry => entry.Value).ToList(),
        "get" => (run, line, given, _) => map.TryGetValue(Text(run, line, given, 0), out var value) ? value : given.Count > 1 ? given[1] : null,
        _ => null,
    };

    private static Callable? OfList(List<object?> list, string name) => name switch
    {
        "index" => (run, line, given, _) => list.FindIndex(each => TemplateValues.Equals(each, given.Count > 0 ? given[0] : null)) is >= 0 and var at ? (long)at : throw TemplateFault.Invalid(run.Source, line, "the value is not in the list"),
        "count" => (_, _, given, _) => (long)list.Count(each => TemplateValues.Equals(each, given.Count > 0 ? given[0] : null)),
        "append" or "insert" or "extend" or "pop" => (run, line, _, _) => throw TemplateFault.Unsupported(run.Source, line, $"'{name}', which changes a list"),
        _ => null,
    };

    /// <summary>A text with all of a part replaced.</summary>
    public static string Replace(TemplateRun run, int line, string text, string from, string to)
    {
        if (from.Length == 0) throw TemplateFault.Unsupported(run.Source, line, "replacing nothing");
        run.Reserve(line, text.Length + ((long)text.Length / from.Length * to.Length));
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    /// <summary>A text that was given.</summary>
    public static string Text(TemplateRun run, int line, IReadOnlyList<object?> given, int at) =>
        at < given.Count && given[at] is string text ? text : throw TemplateFault.Invalid(run.Source, line, "a text was expected");

    /// <summary>Every word with a capital.</summary>
    public static string Title(string text) => string.Concat(text.Select((letter, at) => at > 0 && char.IsLetter(text[at - 1]) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)));

    /// <summary>The first letter a capital, the others not.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    private static char[]? Letters(IReadOnlyList<object?> given) => given.Count > 0 && given[0] is string set ? set.ToCharArray() : null;

    private static bool Any(TemplateRun run, int line, IReadOnlyList<object?> given, Func<string, bool> holds) =>
        given.Count > 0 && given[0] is List<object?> parts ? parts.OfType<string>().Any(holds) : holds(Text(run, line, given, 0));

    private static List<object?> Split(TemplateRun run, int line, string text, IReadOnlyList<object?> given, bool fromEnd)
    {
        if (given.Count == 0 || given[0] is null) return Counted(run, line, text, text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var most = given.Count > 1 ? TemplateItems.Whole(run, line, given[1]) ?? -1 : -1;
        var parts = text.Split(Text(run, line, given, 0) is { Length: > 0 } part ? part : throw TemplateFault.Invalid(run.Source, line, "a split at nothing"));
        if (most < 0 || parts.Length <= most + 1) return Counted(run, line, text, parts);
        var rest = (int)(parts.Length - most);
        return Counted(run, line, text, fromEnd ? [string.Join(part, parts[..rest]), .. parts[rest..]] : [.. parts[..(int)most], string.Join(part, parts[(int)most..])]);
    }

    private static List<object?> Counted(TemplateRun run, int line, string text, string[] parts)
    {
        run.Reserve(line, text.Length);
        run.ExpectItems(line, parts.Length);
        return [.. parts];
    }
}
