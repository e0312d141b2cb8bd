using System.Text;

namespace Stemma.Running.Templating;

/// <summary>Runs a parsed template, counting what it costs: a stranger wrote it.</summary>
/// <param name="source">How faults call the template.</param>
internal sealed class TemplateRun(string source)
{
    /// <summary>Most statements and expressions that are evaluated.</summary>
    public const int MostSteps = 500_000;

    /// <summary>Most characters that all texts made on the way have together.</summary>
    public const long MostCharacters = 64 << 20;

    /// <summary>Most items of one list.</summary>
    public const int MostItems = 100_000;

    private const int MostDepth = 200;
    private readonly ExpressionRunner _expressions = new();
    private StringBuilder _output = new();
    private int _steps;
    private int _depth;
    private long _characters;

    /// <summary>How faults call the template.</summary>
    public string Source => source;

    /// <summary>The text that a template writes.</summary>
    /// <exception cref="Foundation.StemmaException">A template fault with its line.</exception>
    public string Render(IReadOnlyList<Statement> body, Scope scope)
    {
        Run(body, scope);
        return _output.ToString();
    }

    /// <summary>Counts a step.</summary>
    public void Step(int line)
    {
        if (++_steps > MostSteps) throw TemplateFault.TooLong(source, line, $"more than {MostSteps} steps");
    }

    /// <summary>Counts a text that was made.</summary>
    public string Made(int line, string text)
    {
        Reserve(line, text.Length);
        return text;
    }

    /// <summary>Counts characters before they are made.</summary>
    public void Reserve(int line, long characters)
    {
        _characters += characters;
        if (_characters > MostCharacters) throw TemplateFault.TooLong(source, line, $"texts of more than {MostCharacters} characters");
    }

    /// <summary>Refuses a list that is too long.</summary>
    public void ExpectItems(int line, long count)
    {
        if (count > MostItems) throw TemplateFault.TooLong(source, line, $"a list of {count} items, allowed are {MostItems}");
    }

    /// <summary>The value of an expression.</summary>
    public object? Value(Expression expression, Scope scope)
    {
        Step(expression.Line);
        if (++_depth > MostDepth) throw TemplateFault.TooLong(source, expression.Line, $"nested deeper than {MostDepth}");
        var value = _expressions.Value(this, expression, scope);
        _depth--;
        return value;
    }

    /// <summary>The text that statements write.</summary>
    public string Captured(IReadOnlyList<Statement> body, Scope scope)
    {
        var outer = _output;
        _output = new();
        Run(body, scope);
        var text = _output.ToString();
        _output = outer;
        return text;
    }

    /// <summary>Runs statements; true when one of them leaves the loop around them: false to go on with its next round, true to end it.</summary>
    private bool? Run(IReadOnlyList<Statement> body, Scope scope)
    {
        if (++_depth > MostDepth) throw TemplateFault.TooLong(source, body.Count > 0 ? body[0].Line : 0, $"nested deeper than {MostDepth}");
        foreach (var statement in body)
        {
            Step(statement.Line);
            if (Run(statement, scope) is not { } left) continue;
            _depth--;
            return left;
        }

        _depth--;
        return null;
    }

    private bool? Run(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Output output:
                _output.Append(Made(output.Line, TemplateValues.Text(Value(output.Value, scope))));
                return null;
            case Condition condition:
                var branch = condition.Branches.FirstOrDefault(each => each.Test is null || TemplateValues.IsTrue(Value(each.Test, scope)));
                return branch.Body is null ? null : Run(branch.Body, scope);
            case Loop loop:
                RunLoop(loop, scope);
                return null;
            case Assign assign:
                RunAssign(assign, scope);
                return null;
            case Macro macro:
                scope.Set(macro.Name, MacroOf(macro, scope));
                return null;
            case Group group:
                return Run(group.Body, scope);
            case Leave leave:
                return !leave.Continue;
            default:
                throw new InvalidOperationException(statement.GetType().Name);
        }
    }

    private void RunLoop(Loop loop, Scope scope)
    {
        var items = TemplateItems.Of(this, loop.Line, Value(loop.Items, scope));
        if (loop.Only is { } only)
        {
            items = [.. items.Where(item =>
            {
                var inner = new Scope(scope);
                Bind(loop.Line, loop.Names, item, inner);
                return TemplateValues.IsTrue(Value(only, inner));
            })];
        }

        for (var i = 0; i < items.Count; i++)
        {
            Step(loop.Line);
            var inner = new Scope(scope);
            Bind(loop.Line, loop.Names, items[i], inner);
            inner.Set("loop", new TemplateMap([
                new("index", i + 1L), new("index0", (long)i), new("first", i == 0), new("last", i == items.Count - 1), new("length", (long)items.Count),
                new("revindex", (long)(items.Count - i)), new("revindex0", (long)(items.Count - i - 1)),
                new("previtem", i > 0 ? items[i - 1] : new Undefined("loop.previtem")), new("nextitem", i + 1 < items.Count ? items[i + 1] : new Undefined("loop.nextitem")),
            ]));
            if (Run(loop.Body, inner) == true) break;
        }

        if (items.Count == 0) Run(loop.Otherwise, new Scope(scope));
    }

    private void RunAssign(Assign assign, Scope scope)
    {
        object? value = assign.Value is { } expression ? Value(expression, scope) : Captured(assign.Body, new Scope(scope));
        if (assign.Targets is [var (name, field)])
        {
            if (field is null) scope.Set(name, value);
            else if (scope.Get(name) is Namespace target) target.Fields[field] = value;
            else throw TemplateFault.Invalid(source, assign.Line, $"'{name}' is no namespace, its fields cannot be set");
            return;
        }

        if (assign.Targets.Any(target => target.Field is not null)) throw TemplateFault.Unsupported(source, assign.Line, "fields among several names");
        Bind(assign.Line, [.. assign.Targets.Select(target => target.Name)], value, scope);
    }

    private void Bind(int line, IReadOnlyList<string> names, object? value, Scope scope)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], value);
            return;
        }

        var parts = TemplateItems.Of(this, line, value);
        if (parts.Count != names.Count) throw TemplateFault.Invalid(source, line, $"{parts.Count} values for {names.Count} names");
        for (var i = 0; i < parts.Count; i++) scope.Set(names[i], parts[i]);
    }

    private static Callable MacroOf(Macro macro, Scope around) => (run, line, placed, named) =>
    {
        if (placed.Count > macro.Parameters.Count) throw TemplateFault.Invalid(run.Source, line, $"'{macro.Name}' takes {macro.Parameters.Count} values");
        var scope = new Scope(around);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, otherwise) = macro.Parameters[i];
            scope.Set(name, i < placed.Count ? placed[i] : named.TryGetValue(name, out var given) ? given : otherwise is null ? new Undefined(name) : run.Value(otherwise, scope));
        }

        return run.Captured(macro.Body, scope);
    };
}
