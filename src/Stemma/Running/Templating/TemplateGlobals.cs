namespace Stemma.Running.Templating;

/// <summary>The functions that every template may call: namespace, range, dict, raise_exception.</summary>
internal static class TemplateGlobals
{
    /// <summary>A scope that holds them.</summary>
    public static Scope Scope()
    {
        var scope = new Scope(null);
        scope.Set("namespace", (Callable)((run, line, placed, named) =>
        {
            var result = new Namespace();
            if (placed is [TemplateMap map])
            {
                foreach (var (name, value) in map) result.Fields[name] = value;
            }

            foreach (var (name, value) in named) result.Fields[name] = value;
            return result;
        }));
        scope.Set("dict", (Callable)((run, line, placed, named) => new TemplateMap((placed is [TemplateMap map] ? map : Enumerable.Empty<KeyValuePair<string, object?>>()).Concat(named))));
        scope.Set("range", (Callable)Range);
        scope.Set("raise_exception", (Callable)((run, line, placed, named) => throw TemplateFault.Refused(run.Source, line, placed.Count > 0 ? TemplateValues.Text(placed[0]) : "")));
        return scope;
    }

    private static List<object?> Range(TemplateRun run, int line, IReadOnlyList<object?> placed, IReadOnlyDictionary<string, object?> named)
    {
        var numbers = placed.Select(value => TemplateItems.Whole(run, line, value) ?? 0).ToArray();
        var (start, stop, step) = numbers switch
        {
            [var end] => (0L, end, 1L),
            [var from, var end] => (from, end, 1L),
            [var from, var end, not 0 and var by] => (from, end, by),
            _ => throw TemplateFault.Invalid(run.Source, line, "a range without an end"),
        };
        var count = Math.Max(0, Math.Ceiling(((double)stop - start) / step));
        run.ExpectItems(line, count > long.MaxValue / 2 ? long.MaxValue : (long)count);
        run.Reserve(line, (long)count);
        return Enumerable.Range(0, (int)count).Select(at => (object?)(start + (at * step))).ToList();
    }
}
