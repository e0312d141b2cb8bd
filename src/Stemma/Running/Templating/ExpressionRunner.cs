namespace Stemma.Running.Templating;

/// <summary>Gives expressions their values.</summary>
internal sealed class ExpressionRunner
{
    /// <summary>The value of one expression; inner ones go through the run, which counts them.</summary>
    public object? Value(TemplateRun run, Expression expression, Scope scope)
    {
        object? Inner(Expression each) => run.Value(each, scope);
        switch (expression)
        {
            case Constant constant:
                return constant.Value;
            case Variable variable:
                return scope.Get(variable.Name);
            case ListOf list:
                return list.Items.Select(Inner).ToList();
            case DictionaryOf dictionary:
                return new TemplateMap(dictionary.Items.Select(item => KeyValuePair.Create(TemplateValues.Text(Inner(item.Key)), Inner(item.Value))));
            case Attribute attribute:
                return TemplateMethods.Attribute(run, attribute.Line, Inner(attribute.Target), attribute.Name);
            case Item item:
                return TemplateItems.At(run, item.Line, Inner(item.Target), Inner(item.Index));
            case Slice slice:
                return TemplateItems.Slice(run, slice.Line, Inner(slice.Target), slice.Start is null ? null : Inner(slice.Start), slice.Stop is null ? null : Inner(slice.Stop), slice.Step is null ? null : Inner(slice.Step));
            case Call call:
                return Called(run, call, scope);
            case Filter filter:
                return TemplateFilters.Apply(run, filter.Line, filter.Name, Inner(filter.Target), [.. filter.Arguments.Placed.Select(Inner)], Named(run, filter.Arguments, scope));
            case Test test:
                return TemplateTests.Holds(run, test.Line, test.Name, Inner(test.Target), [.. test.Arguments.Placed.Select(Inner)]) != test.Negated;
            case Unary unary:
                return Signed(run, unary, Inner(unary.Operand));
            case Binary { Operator: "and" } both:
                var left = Inner(both.Left);
                return TemplateValues.IsTrue(left) ? Inner(both.Right) : left;
            case Binary { Operator: "or" } either:
                var first = Inner(either.Left);
                return TemplateValues.IsTrue(first) ? first : Inner(either.Right);
            case Binary binary:
                return TemplateArithmetic.Combine(run, binary.Line, binary.Operator, Inner(binary.Left), Inner(binary.Right));
            case Compare compare:
                return Compared(run, compare, scope);
            case Choice choice:
                return TemplateValues.IsTrue(Inner(choice.Condition)) ? Inner(choice.Then) : choice.Otherwise is null ? new Undefined("else") : Inner(choice.Otherwise);
            default:
                throw new InvalidOperationException(expression.GetType().Name);
        }
    }

    private static object? Signed(TemplateRun run, Unary unary, object? value) => (unary.Operator, value) switch
    {
        ("not", _) => !TemplateValues.IsTrue(value),
        ("-", long number) => -number,
        ("-", double number) => -number,
        ("+", long or double) => value,
        _ => throw TemplateFault.Invalid(run.Source, unary.Line, $"'{unary.Operator}' before {TemplateValues.Printed(value)}"),
    };

    private static object? Called(TemplateRun run, Call call, Scope scope)
    {
        var target = run.Value(call.Target, scope);
        if (target is not Callable function)
        {
            var name = call.Target is Variable variable ? variable.Name : call.Target is Attribute attribute ? attribute.Name : "this value";
            throw TemplateFault.Unsupported(run.Source, call.Line, $"'{name}' is called, which is no function here");
        }

        return function(run, call.Line, [.. call.Arguments.Placed.Select(each => run.Value(each, scope))], Named(run, call.Arguments, scope));
    }

    private static Dictionary<string, object?> Named(TemplateRun run, Arguments arguments, Scope scope)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named) named[name] = run.Value(value, scope);
        return named;
    }

    private static bool Compared(TemplateRun run, Compare compare, Scope scope)
    {
        var left = run.Value(compare.First, scope);
        foreach (var (name, operand) in compare.Rest)
        {
            var right = run.Value(operand, scope);
            if (!TemplateArithmetic.Holds(run, compare.Line, name, left, right)) return false;
            left = right;
        }

        return true;
    }
}
