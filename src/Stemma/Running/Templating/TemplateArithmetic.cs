namespace Stemma.Running.Templating;

/// <summary>Operators between two values.</summary>
internal static class TemplateArithmetic
{
    /// <summary>The value of <c>left name right</c>.</summary>
    public static object? Combine(TemplateRun run, int line, string name, object? left, object? right)
    {
        if (name == "~") return Joined(run, line, TemplateValues.Text(left), TemplateValues.Text(right));
        switch (name, left, right)
        {
            case ("+", string a, string b):
                return Joined(run, line, a, b);
            case ("+", List<object?> a, List<object?> b):
                run.ExpectItems(line, (long)a.Count + b.Count);
                run.Reserve(line, a.Count + b.Count);
                return a.Concat(b).ToList();
            case ("*", string text, long count):
                run.Reserve(line, Math.Max(0, text.Length * (double)count) is < TemplateRun.MostCharacters and var length ? (long)length : TemplateRun.MostCharacters + 1);
                return string.Concat(Enumerable.Repeat(text, (int)Math.Max(0, count)));
            case (_, long a, long b):
                return Whole(run, line, name, a, b);
            default:
                if (TemplateValues.Number(left) is { } x && TemplateValues.Number(right) is { } y) return Broken(run, line, name, x, y);
                throw TemplateFault.Invalid(run.Source, line, $"'{name}' between {Kind(left)} and {Kind(right)}");
        }
    }

    /// <summary>True when a comparison holds.</summary>
    public static bool Holds(TemplateRun run, int line, string name, object? left, object? right) => name switch
    {
        "==" => TemplateValues.Equals(left, right),
        "!=" => !TemplateValues.Equals(left, right),
        "in" => In(run, line, left, right),
        "not in" => !In(run, line, left, right),
        "<" => Order(run, line, left, right) < 0,
        "<=" => Order(run, line, left, right) <= 0,
        ">" => Order(run, line, left, right) > 0,
        _ => Order(run, line, left, right) >= 0,
    };

    /// <summary>Which of two values comes first.</summary>
    public static int Order(TemplateRun run, int line, object? left, object? right)
    {
        if (left is string a && right is string b) return string.CompareOrdinal(a, b);
        if (TemplateValues.Number(left) is { } x && TemplateValues.Number(right) is { } y) return x.CompareTo(y);
        throw TemplateFault.Invalid(run.Source, line, $"{Kind(left)} and {Kind(right)} have no order");
    }

    private static bool In(TemplateRun run, int line, object? item, object? all) => all switch
    {
        string text => item is string part && text.Contains(part, StringComparison.Ordinal),
        TemplateMap map => item is string key && map.Contains(key),
        List<object?> list => list.Exists(each => TemplateValues.Equals(each, item)),
        Undefined => false,
        _ => throw TemplateFault.Invalid(run.Source, line, $"'in' a {Kind(all)}"),
    };

    private static string Joined(TemplateRun run, int line, string left, string right)
    {
        run.Reserve(line, left.Length + right.Length);
        return left + right;
    }

    private static object? Whole(TemplateRun run, int line, string name, long a, long b)
    {
        if (b == 0 && name is "/" or "//" or "%") throw TemplateFault.Invalid(run.Source, line, "a division by zero");
        try
        {
            return name switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "/" => (double)a / b,
                "//" => (long)Math.Floor((double)a / b),
                "%" => ((a % b) + b) % b,
                "**" => Math.Pow(a, b) is var power && b >= 0 && Math.Abs(power) < 1L << 53 ? (object)(long)power : power,
                _ => throw TemplateFault.Unsupported(run.Source, line, $"the operator '{name}'"),
            };
        }
        catch (OverflowException)
        {
            throw TemplateFault.TooLong(run.Source, line, "a number beyond 64 bits");
        }
    }

    private static double Broken(TemplateRun run, int line, string name, double x, double y) => name switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / y,
        "//" => Math.Floor(x / y),
        "%" => x - (y * Math.Floor(x / y)),
        "**" => Math.Pow(x, y),
        _ => throw TemplateFault.Unsupported(run.Source, line, $"the operator '{name}'"),
    };

    private static string Kind(object? value) => value switch
    {
        null => "none",
        string => "a text",
        long or double or bool => "a number",
        List<object?> => "a list",
        TemplateMap => "a mapping",
        Undefined undefined => $"'{undefined.Name}', which is undefined",
        _ => "such a value",
    };
}
