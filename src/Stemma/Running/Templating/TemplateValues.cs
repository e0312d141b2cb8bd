using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Stemma.Running.Templating;

/// <summary>A name that nothing was bound to; it is false, empty and printed as nothing.</summary>
internal sealed class Undefined(string name)
{
    public string Name => name;
}

/// <summary>What <c>namespace()</c> gives: the one value whose fields a template may set.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}

/// <summary>Something that can be called.</summary>
internal delegate object? Callable(TemplateRun run, int line, IReadOnlyList<object?> placed, IReadOnlyDictionary<string, object?> named);

/// <summary>
/// The values of templates: null, bool, long, double, string, <c>List&lt;object?&gt;</c>, <see cref="TemplateMap"/>, <see cref="Namespace"/>, <see cref="Callable"/>,
/// <see cref="Undefined"/>; with Python's ideas of truth, equality and print.
/// </summary>
internal static class TemplateValues
{
    /// <summary>Python's truth.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        TemplateMap map => map.Count > 0,
        _ => true,
    };

    /// <summary>Python's equality.</summary>
    public static new bool Equals(object? left, object? right) => (left, right) switch
    {
        (null, null) or (Undefined, Undefined) => true,
        (string a, string b) => a == b,
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => Equals(pair.First, pair.Second)),
        (TemplateMap a, TemplateMap b) => a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var other) && Equals(entry.Value, other)),
        _ when Number(left) is { } a && Number(right) is { } b => a == b,
        _ => ReferenceEquals(left, right),
    };

    /// <summary>A number; truth counts as 0 and 1. Null for anything else.</summary>
    public static double? Number(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        double number => number,
        _ => null,
    };

    /// <summary>What is printed for a value.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Printed(value),
    };

    /// <summary>What stands for a value inside a list, in Python's notation.</summary>
    public static string Printed(object? value) => value switch
    {
        null => "None",
        Undefined => "Undefined",
        true => "True",
        false => "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Float(number),
        string text => Quoted(text),
        List<object?> list => $"[{string.Join(", ", list.Select(Printed))}]",
        TemplateMap map => $"{{{string.Join(", ", map.Select(entry => $"{Quoted(entry.Key)}: {Printed(entry.Value)}"))}}}",
        _ => $"<{value.GetType().Name}>",
    };

    /// <summary>The value as Python's json.dumps writes it without escaping letters.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indent">Spaces per level; null for one line.</param>
    /// <param name="depth">Levels above.</param>
    public static string Json(object? value, int? indent, int depth = 0) => value switch
    {
        null or Undefined => "null",
        true => "true",
        false => "false",
        string text => JsonText(text),
        List<object?> list => Nested(list.Select(item => Json(item, indent, depth + 1)), '[', ']', indent, depth),
        TemplateMap map => Nested(map.Select(entry => $"{JsonText(entry.Key)}: {Json(entry.Value, indent, depth + 1)}"), '{', '}', indent, depth),
        _ => Printed(value),
    };

    /// <summary>A value of JSON.</summary>
    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var number) ? (object)number : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.Object => new TemplateMap(element.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, Of(entry.Value)))),
        _ => null,
    };

    private static string Nested(IEnumerable<string> items, char open, char close, int? indent, int depth)
    {
        var all = items.ToList();
        if (all.Count == 0) return $"{open}{close}";
        if (indent is not { } spaces) return $"{open}{string.Join(", ", all)}{close}";
        var line = "\n" + new string(' ', spaces * (depth + 1));
        return $"{open}{line}{string.Join("," + line, all)}\n{new string(' ', spaces * depth)}{close}";
    }

    private static string JsonText(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var letter in text)
        {
            result.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var letter in text)
        {
            if (letter == quote || letter == '\\') result.Append('\\').Append(letter);
            else if (letter is '\n' or '\r' or '\t') result.Append(letter switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
            else result.Append(letter);
        }

        return result.Append(quote).ToString();
    }

    private static string Float(double number)
    {
        if (double.IsNaN(number)) return "nan";
        if (double.IsInfinity(number)) return number > 0 ? "inf" : "-inf";
        return number == Math.Floor(number) && Math.Abs(number) < 1e16 ? number.ToString("0.0", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
    }
}
