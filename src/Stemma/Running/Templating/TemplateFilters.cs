using System.Globalization;

namespace Stemma.Running.Templating;

/// <summary>The filters behind <c>|</c>.</summary>
internal static class TemplateFilters
{
    /// <summary>The filtered value.</summary>
    public static object? Apply(TemplateRun run, int line, string name, object? value, IReadOnlyList<object?> placed, IReadOnlyDictionary<string, object?> named)
    {
        object? Given(int at, string word, object? otherwise = null) => at < placed.Count ? placed[at] : named.TryGetValue(word, out var given) ? given : otherwise;
        List<object?> Items() => TemplateItems.Of(run, line, value);
        string Text() => TemplateValues.Text(value);
        switch (name)
        {
            case "trim":
                return run.Made(line, Given(0, "chars") is string set ? Text().Trim(set.ToCharArray()) : Text().Trim());
            case "upper":
                return run.Made(line, Text().ToUpperInvariant());
            case "lower":
                return run.Made(line, Text().ToLowerInvariant());
            case "title":
                return run.Made(line, TemplateMethods.Title(Text()));
            case "capitalize":
                return run.Made(line, TemplateMethods.Capital(Text()));
            case "replace":
                return TemplateMethods.Replace(run, line, Text(), TemplateMethods.Text(run, line, placed, 0), TemplateMethods.Text(run, line, placed, 1));
            case "string" or "safe":
                return run.Made(line, Text());
            case "indent":
                return Indent(run, line, Text(), TemplateItems.Whole(run, line, Given(0, "width", 4L)) ?? 4, TemplateValues.IsTrue(Given(1, "first", false)));
            case "length" or "count":
                return value is string text ? text.EnumerateRunes().Count() : (long)Items().Count;
            case "tojson":
                return run.Made(line, TemplateValues.Json(value, Given(0, "indent") is long spaces ? (int)Math.Clamp(spaces, 0, 16) : null));
            case "default" or "d":
                return value is Undefined || (TemplateValues.IsTrue(Given(1, "boolean", false)) && !TemplateValues.IsTrue(value)) ? Given(0, "default_value", "") : value;
            case "first":
                return Items() is [var first, ..] ? first : new Undefined("first");
            case "last":
                return Items() is [.., var last] ? last : new Undefined("last");
            case "list":
                return Items().ToList();
            case "reverse":
                return Enumerable.Reverse(Items()).ToList();
            case "unique":
                return Unique(run, line, Items());
            case "sort":
                return Sorted(run, line, Items(), Given(2, "attribute") as string, TemplateValues.IsTrue(Given(0, "reverse", false)));
            case "join":
                return Join(run, line, value, TemplateValues.Text(Given(0, "d", "")));
            case "items" or "dictsort":
                return value is TemplateMap map ? Pairs(name == "items" ? map : new TemplateMap(map.OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase))) : new List<object?>();
            case "map":
                return Mapped(run, line, Items(), placed, named);
            case "select" or "reject":
                return Chosen(run, line, Items(), item => item, placed, 0, name == "select");
            case "selectattr" or "rejectattr":
                return Chosen(run, line, Items(), item => TemplateItems.At(run, line, item, TemplateMethods.Text(run, line, placed, 0)), placed, 1, name == "selectattr");
            case "int":
                return Whole(value, TemplateItems.Whole(run, line, Given(0, "default", 0L)) ?? 0);
            case "float":
                return TemplateValues.Number(value) ?? (double.TryParse(Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0.0);
            case "abs":
                return value is long whole ? (object)Math.Abs(whole) : Math.Abs(TemplateValues.Number(value) ?? throw TemplateFault.Invalid(run.Source, line, "'abs' of what is no number"));
            default:
                throw TemplateFault.Unsupported(run.Source, line, $"the filter '{name}'");
        }
    }

    /// <summary>The items' texts with a text between.</summary>
    public static string Join(TemplateRun run, int line, object? value, string between)
    {
        var texts = TemplateItems.Of(run, line, value).Select(TemplateValues.Text).ToList();
        run.Reserve(line, texts.Sum(text => (long)text.Length + between.Length));
        return string.Join(between, texts);
    }

    /// <summary>Keys and values as pairs.</summary>
    public static List<object?> Pairs(TemplateMap map) => [.. map.Select(entry => (object?)new List<object?> { entry.Key, entry.Value })];

    private static string Indent(TemplateRun run, int line, string text, long width, bool first)
    {
        var indent = new string(' ', (int)Math.Clamp(width, 0, 64));
        run.Reserve(line, text.Length + ((long)text.AsSpan().Count('\n') * indent.Length));
        var lines = text.Split('\n');
        return string.Join('\n', lines.Select((each, at) => (at == 0 && !first) || each.Length == 0 ? each : indent + each));
    }

    private static List<object?> Unique(TemplateRun run, int line, List<object?> items)
    {
        var kept = new List<object?>();
        foreach (var item in items)
        {
            run.Step(line);
            if (!kept.Exists(each => TemplateValues.Equals(each, item))) kept.Add(item);
            if (kept.Count > 1_000) throw TemplateFault.TooLong(run.Source, line, "'unique' of more than 1000 different values");
        }

        return kept;
    }

    private static List<object?> Sorted(TemplateRun run, int line, List<object?> items, string? attribute, bool reverse)
    {
        object? Key(object? item) => attribute is null ? item : TemplateItems.At(run, line, item, attribute);
        var comparer = Comparer<object?>.Create((a, b) => TemplateArithmetic.Order(run, line, a, b));
        return [.. reverse ? items.OrderByDescending(Key, comparer) : items.OrderBy(Key, comparer)];
    }

    private static List<object?> Mapped(TemplateRun run, int line, List<object?> items, IReadOnlyList<object?> placed, IReadOnlyDictionary<string, object?> named)
    {
        if (named.TryGetValue("attribute", out var attribute)) return [.. items.Select(item => TemplateItems.At(run, line, item, attribute))];
        var name = TemplateMethods.Text(run, line, placed, 0);
        return [.. items.Select(item =>
        {
            run.Step(line);
            return Apply(run, line, name, item, [.. placed.Skip(1)], named);
        })];
    }

    private static List<object?> Chosen(TemplateRun run, int line, List<object?> items, Func<object?, object?> of, IReadOnlyList<object?> placed, int at, bool kept) =>
        [.. items.Where(item =>
        {
            run.Step(line);
            var holds = placed.Count > at ? TemplateTests.Holds(run, line, TemplateMethods.Text(run, line, placed, at), of(item), [.. placed.Skip(at + 1)]) : TemplateValues.IsTrue(of(item));
            return holds == kept;
        })];

    private static long Whole(object? value, long otherwise) => value switch
    {
        double number when double.IsFinite(number) && Math.Abs(number) < long.MaxValue => (long)number,
        string text => long.TryParse(text.Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : otherwise,
        _ => (long?)TemplateValues.Number(value) ?? otherwise,
    };
}
