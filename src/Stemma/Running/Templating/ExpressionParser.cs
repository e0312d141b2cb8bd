using System.Globalization;

namespace Stemma.Running.Templating;

/// <summary>Parses expressions with Jinja's precedence (pallets/jinja, parser.py).</summary>
internal sealed class ExpressionParser(TokenCursor tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>An expression; commas at the top make a list.</summary>
    public Expression Tuple()
    {
        var first = Parse();
        if (!tokens.Is(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.Accept(",") && tokens.Now.Kind != TokenKind.End && !tokens.Is("=")) items.Add(Parse());
        return new ListOf(first.Line, items);
    }

    /// <summary>One expression.</summary>
    public Expression Parse() => tokens.Deeper(() =>
    {
        var value = Or();
        while (tokens.AcceptName("if"))
        {
            var condition = Or();
            value = new Choice(value.Line, condition, value, tokens.AcceptName("else") ? Parse() : null);
        }

        return value;
    });

    /// <summary>An expression without <c>if</c> behind it: the items of a loop.</summary>
    public Expression Or() => Chain(And, () => tokens.AcceptName("or") ? "or" : null);

    private Expression And() => Chain(Not, () => tokens.AcceptName("and") ? "and" : null);

    private Expression Not()
    {
        var line = tokens.Now.Line;
        return tokens.AcceptName("not") ? new Unary(line, "not", tokens.Deeper(Not)) : Comparison();
    }

    private Expression Comparison()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Comparisons.FirstOrDefault(tokens.Is) is { } found) rest.Add((tokens.Take().Text, Sum()));
            else if (tokens.AcceptName("in")) rest.Add(("in", Sum()));
            else if (tokens.IsName("not") && tokens.Ahead is { Kind: TokenKind.Name, Text: "in" })
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", Sum()));
            }
            else return rest.Count == 0 ? first : new Compare(first.Line, first, rest);
        }
    }

    private Expression Sum() => Chain(Joined, () => Operator("+", "-"));

    private Expression Joined() => Chain(Product, () => Operator("~"));

    private Expression Product() => Chain(Signed, () => Operator("*", "/", "//", "%"));

    private Expression Signed() => WithFilters(SignedBare());

    private Expression SignedBare()
    {
        var line = tokens.Now.Line;
        if (Operator("-", "+") is { } sign) return new Unary(line, sign, tokens.Deeper(SignedBare));
        var value = Postfix(Primary());
        return tokens.Accept("**") ? new Binary(line, "**", value, tokens.Deeper(SignedBare)) : value;
    }

    private static Expression Chain(Func<Expression> next, Func<string?> joint)
    {
        var left = next();
        while (joint() is { } name) left = new Binary(left.Line, name, left, next());
        return left;
    }

    private string? Operator(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (tokens.Accept(name)) return name;
        }

        return null;
    }

    private Expression Primary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.String:
                var text = token.Text;
                while (tokens.Now.Kind == TokenKind.String) text += tokens.Take().Text;
                return new Constant(token.Line, text);
            case TokenKind.Integer:
                return new Constant(token.Line, long.TryParse(token.Text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var number) ? number : throw TemplateFault.Unsupported(tokens.Source, token.Line, $"the number {token.Text}"));
            case TokenKind.Float:
                return new Constant(token.Line, double.Parse(token.Text, CultureInfo.InvariantCulture));
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Constant(token.Line, true),
                    "false" or "False" => new Constant(token.Line, false),
                    "none" or "None" => new Constant(token.Line, null),
                    var name => new Variable(token.Line, name),
                };
            case TokenKind.Operator when token.Text == "(":
                if (tokens.Accept(")")) return new ListOf(token.Line, []);
                var inner = Tuple();
                tokens.Expect(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(token.Line, Items("]", Parse));
            case TokenKind.Operator when token.Text == "{":
                return new DictionaryOf(token.Line, Items("}", Pair));
            default:
                throw TemplateFault.Invalid(tokens.Source, token.Line, $"'{token.Text}' where a value was expected");
        }
    }

    private (Expression, Expression) Pair()
    {
        var key = Parse();
        tokens.Expect(":");
        return (key, Parse());
    }

    private List<T> Items<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.Accept(end))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Accept(end)) break;
            }

            items.Add(item());
        }

        return items;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = tokens.Now.Line;
            if (tokens.Accept("."))
            {
                var name = tokens.Take();
                value = name.Kind switch
                {
                    TokenKind.Name => new Attribute(line, value, name.Text),
                    TokenKind.Integer => new Item(line, value, new Constant(line, long.Parse(name.Text, CultureInfo.InvariantCulture))),
                    _ => throw TemplateFault.Invalid(tokens.Source, line, "a dot without a name"),
                };
            }
            else if (tokens.Accept("[")) value = Subscript(value, line);
            else if (tokens.Is("(")) value = new Call(line, value, Arguments());
            else return value;
        }
    }

    private Expression Subscript(Expression value, int line)
    {
        var start = tokens.Is(":") ? null : Parse();
        if (!tokens.Accept(":"))
        {
            tokens.Expect("]");
            return new Item(line, value, start!);
        }

        var stop = tokens.Is(":") || tokens.Is("]") ? null : Parse();
        var step = tokens.Accept(":") && !tokens.Is("]") ? Parse() : null;
        tokens.Expect("]");
        return new Slice(line, value, start, stop, step);
    }

    private Arguments Arguments()
    {
        tokens.Expect("(");
        var named = new List<(string, Expression)>();
        var placed = new List<Expression>();
        Items(")", () =>
        {
            if (tokens.Now.Kind == TokenKind.Name && tokens.Ahead is { Kind: TokenKind.Operator, Text: "=" })
            {
                var name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, Parse()));
            }
            else if (tokens.Is("*") || tokens.Is("**")) throw TemplateFault.Unsupported(tokens.Source, tokens.Now.Line, "arguments out of a list");
            else placed.Add(Parse());
            return true;
        });
        return new(placed, named);
    }

    private Expression WithFilters(Expression value)
    {
        while (true)
        {
            var line = tokens.Now.Line;
            if (tokens.Accept("|"))
            {
                var name = tokens.Expect(TokenKind.Name, "a filter's name").Text;
                value = new Filter(line, value, name, tokens.Is("(") ? Arguments() : Templating.Arguments.None);
            }
            else if (tokens.AcceptName("is"))
            {
                var negated = tokens.AcceptName("not");
                var name = tokens.Expect(TokenKind.Name, "a test's name").Text;
                value = new Test(line, value, name, TestArguments(), negated);
            }
            else return value;
        }
    }

    /// <summary>A test's argument may stand without parentheses: <c>x is divisibleby 3</c>.</summary>
    private Arguments TestArguments()
    {
        if (tokens.Is("(")) return Arguments();
        var isValue = tokens.Now.Kind is TokenKind.String or TokenKind.Integer or TokenKind.Float || tokens.Is("[")
            || (tokens.Now.Kind == TokenKind.Name && tokens.Now.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"));
        return isValue ? new([Postfix(Primary())], []) : Templating.Arguments.None;
    }
}
