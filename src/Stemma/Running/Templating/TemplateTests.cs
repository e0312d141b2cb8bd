namespace Stemma.Running.Templating;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class TemplateTests
{
    /// <summary>True when a value passes.</summary>
    public static bool Holds(TemplateRun run, int line, string name, object? value, IReadOnlyList<object?> given)
    {
        object? Argument() => given.Count > 0 ? given[0] : throw TemplateFault.Invalid(run.Source, line, $"the test '{name}' without a value");
        return name switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "string" => value is string,
            "number" => value is long or double or bool,
            "integer" => value is long,
            "float" => value is double,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "mapping" => value is TemplateMap,
            "sequence" or "iterable" => value is string or List<object?> or TemplateMap,
            "callable" => value is Callable,
            "odd" => TemplateItems.Whole(run, line, value) % 2 != 0,
            "even" => TemplateItems.Whole(run, line, value) % 2 == 0,
            "divisibleby" => TemplateValues.Number(TemplateArithmetic.Combine(run, line, "%", value, Argument())) == 0,
            "equalto" or "eq" or "sameas" => TemplateValues.Equals(value, Argument()),
            "ne" => !TemplateValues.Equals(value, Argument()),
            "in" => TemplateArithmetic.Holds(run, line, "in", value, Argument()),
            "lt" or "lessthan" => TemplateArithmetic.Order(run, line, value, Argument()) < 0,
            "gt" or "greaterthan" => TemplateArithmetic.Order(run, line, value, Argument()) > 0,
            "le" => TemplateArithmetic.Order(run, line, value, Argument()) <= 0,
            "ge" => TemplateArithmetic.Order(run, line, value, Argument()) >= 0,
            _ => throw TemplateFault.Unsupported(run.Source, line, $"the test '{name}'"),
        };
    }
}
