namespace Stemma.Running.Templating;

/// <summary>Values as sequences: items, indices, slices.</summary>
internal static class TemplateItems
{
    /// <summary>The items that a loop over a value would see.</summary>
    public static List<object?> Of(TemplateRun run, int line, object? value) => value switch
    {
        List<object?> list => list,
        TemplateMap map => [.. map.Select(entry => (object?)entry.Key)],
        string text => Letters(run, line, text),
        Undefined => [],
        _ => throw TemplateFault.Invalid(run.Source, line, $"{TemplateValues.Printed(value)} has no items"),
    };

    /// <summary>The item at an index or key; an <see cref="Undefined"/> where there is none.</summary>
    public static object? At(TemplateRun run, int line, object? target, object? index)
    {
        switch (target)
        {
            case Undefined undefined:
                throw TemplateFault.Invalid(run.Source, line, $"'{undefined.Name}' is undefined, it has no items");
            case TemplateMap map when index is string key:
                return map.TryGetValue(key, out var value) ? value : new Undefined(key);
            case Namespace fields when index is string key:
                return fields.Fields.TryGetValue(key, out var field) ? field : new Undefined(key);
            case List<object?> list when TemplateValues.Number(index) is { } at:
                var place = (int)(at < 0 ? at + list.Count : at);
                return place >= 0 && place < list.Count ? list[place] : new Undefined($"item {at}");
            case string text when TemplateValues.Number(index) is { } at:
                var letters = Letters(run, line, text);
                var letter = (int)(at < 0 ? at + letters.Count : at);
                return letter >= 0 && letter < letters.Count ? letters[letter] : new Undefined($"letter {at}");
            default:
                return new Undefined(TemplateValues.Text(index));
        }
    }

    /// <summary>Python's slice of a list or a text.</summary>
    public static object? Slice(TemplateRun run, int line, object? target, object? start, object? stop, object? step)
    {
        var items = target is string or List<object?> ? Of(run, line, target) : throw TemplateFault.Invalid(run.Source, line, "a slice of what is no list and no text");
        var by = Whole(run, line, step) ?? 1;
        if (by == 0) throw TemplateFault.Invalid(run.Source, line, "a slice with step 0");
        var (low, high) = by > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        long Bound(object? bound, long otherwise) => Whole(run, line, bound) is not { } given ? otherwise : Math.Clamp(given < 0 ? given + items.Count : given, low, high);
        var (from, to) = (Bound(start, by > 0 ? low : high), Bound(stop, by > 0 ? high : low));
        var result = new List<object?>();
        for (var at = from; by > 0 ? at < to : at > to; at += by) result.Add(items[(int)at]);
        return target is string ? run.Made(line, string.Concat(result)) : result;
    }

    /// <summary>A whole number; null for none.</summary>
    public static long? Whole(TemplateRun run, int line, object? value) => value switch
    {
        null => null,
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => throw TemplateFault.Invalid(run.Source, line, $"{TemplateValues.Printed(value)} where a whole number was expected"),
    };

    private static List<object?> Letters(TemplateRun run, int line, string text)
    {
        run.Reserve(line, text.Length);
        run.ExpectItems(line, text.Length);
        return [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())];
    }
}
