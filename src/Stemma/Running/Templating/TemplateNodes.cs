namespace Stemma.Running.Templating;

/// <summary>A part of a template that gives a value.</summary>
internal abstract record Expression(int Line);

internal sealed record Constant(int Line, object? Value) : Expression(Line);

internal sealed record Variable(int Line, string Name) : Expression(Line);

internal sealed record ListOf(int Line, IReadOnlyList<Expression> Items) : Expression(Line);

internal sealed record DictionaryOf(int Line, IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression(Line);

internal sealed record Attribute(int Line, Expression Target, string Name) : Expression(Line);

internal sealed record Item(int Line, Expression Target, Expression Index) : Expression(Line);

internal sealed record Slice(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Line);

internal sealed record Call(int Line, Expression Target, Arguments Arguments) : Expression(Line);

internal sealed record Filter(int Line, Expression Target, string Name, Arguments Arguments) : Expression(Line);

internal sealed record Test(int Line, Expression Target, string Name, Arguments Arguments, bool Negated) : Expression(Line);

internal sealed record Unary(int Line, string Operator, Expression Operand) : Expression(Line);

internal sealed record Binary(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

internal sealed record Compare(int Line, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression(Line);

internal sealed record Choice(int Line, Expression Condition, Expression Then, Expression? Otherwise) : Expression(Line);

/// <summary>What a call, a filter or a test is given.</summary>
internal sealed record Arguments(IReadOnlyList<Expression> Placed, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly Arguments None = new([], []);
}

/// <summary>A part of a template that writes or does something.</summary>
internal abstract record Statement(int Line);

internal sealed record Output(int Line, Expression Value) : Statement(Line);

internal sealed record Condition(int Line, IReadOnlyList<(Expression? Test, IReadOnlyList<Statement> Body)> Branches) : Statement(Line);

internal sealed record Loop(int Line, IReadOnlyList<string> Names, Expression Items, Expression? Only, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Otherwise) : Statement(Line);

internal sealed record Assign(int Line, IReadOnlyList<(string Name, string? Field)> Targets, Expression? Value, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record Macro(int Line, string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record Group(int Line, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record Leave(int Line, bool Continue) : Statement(Line);
