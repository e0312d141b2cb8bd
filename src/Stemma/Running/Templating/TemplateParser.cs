namespace Stemma.Running.Templating;

/// <summary>Parses statements: if, for, set, macro, break, continue, generation. Any other is refused by name.</summary>
internal sealed class TemplateParser
{
    private readonly TokenCursor _tokens;
    private readonly ExpressionParser _expressions;

    private TemplateParser(TokenCursor tokens) => (_tokens, _expressions) = (tokens, new(tokens));

    /// <summary>The whole template.</summary>
    /// <exception cref="Foundation.StemmaException">A template fault with its line.</exception>
    public static IReadOnlyList<Statement> Parse(string source, string text)
    {
        var parser = new TemplateParser(new(source, new TemplateLexer(source, text).Read()));
        var body = parser.Body(out var end);
        return end is null ? body : throw TemplateFault.Invalid(source, parser._tokens.Now.Line, $"'{end}' without a beginning");
    }

    /// <summary>Statements up to a word that is not theirs; the word is taken, its tag's end is not.</summary>
    private List<Statement> Body(out string? end)
    {
        var body = new List<Statement>();
        end = null;
        while (_tokens.Now.Kind != TokenKind.EndOfFile)
        {
            var token = _tokens.Take();
            if (token.Kind == TokenKind.Text)
            {
                body.Add(new Output(token.Line, new Constant(token.Line, token.Text)));
            }
            else if (token.Kind == TokenKind.ExpressionStart)
            {
                body.Add(new Output(token.Line, _expressions.Tuple()));
                End();
            }
            else
            {
                var word = _tokens.Expect(TokenKind.Name, "a statement's name");
                if (word.Text is "elif" or "else" || word.Text.StartsWith("end", StringComparison.Ordinal))
                {
                    end = word.Text;
                    return body;
                }

                body.Add(_tokens.Deeper(() => Statement(word)));
            }
        }

        return body;
    }

    private Statement Statement(TemplateToken word)
    {
        switch (word.Text)
        {
            case "if":
                return If(word.Line);
            case "for":
                return For(word.Line);
            case "set":
                return Set(word.Line);
            case "macro":
                return MacroOf(word.Line);
            case "generation":
                End();
                return new Group(word.Line, Until("endgeneration"));
            case "break" or "continue":
                End();
                return new Leave(word.Line, word.Text == "continue");
            default:
                throw TemplateFault.Unsupported(_tokens.Source, word.Line, $"the statement '{word.Text}'");
        }
    }

    private Condition If(int line)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        Expression? test = _expressions.Tuple();
        while (true)
        {
            End();
            var body = Body(out var end);
            branches.Add((test, body));
            if (end == "elif" && test is not null) test = _expressions.Tuple();
            else if (end == "else" && test is not null) test = null;
            else if (end == "endif")
            {
                End();
                return new(line, branches);
            }
            else throw Unended("if", line, end);
        }
    }

    private Loop For(int line)
    {
        var names = new List<string>();
        do names.Add(_tokens.Expect(TokenKind.Name, "a name").Text);
        while (_tokens.Accept(","));
        if (!_tokens.AcceptName("in")) throw _tokens.Unexpected("'in'");
        var items = _expressions.Or();
        var only = _tokens.AcceptName("if") ? _expressions.Parse() : null;
        if (_tokens.IsName("recursive")) throw TemplateFault.Unsupported(_tokens.Source, line, "a recursive loop");
        End();
        var body = Body(out var end);
        IReadOnlyList<Statement> otherwise = [];
        if (end == "else")
        {
            End();
            otherwise = Body(out end);
        }

        if (end != "endfor") throw Unended("for", line, end);
        End();
        return new(line, names, items, only, body, otherwise);
    }

    private Assign Set(int line)
    {
        var targets = new List<(string, string?)>();
        do
        {
            var name = _tokens.Expect(TokenKind.Name, "a name").Text;
            targets.Add((name, _tokens.Accept(".") ? _tokens.Expect(TokenKind.Name, "a name").Text : null));
        }
        while (_tokens.Accept(","));
        if (_tokens.Accept("="))
        {
            var value = _expressions.Tuple();
            End();
            return new(line, targets, value, []);
        }

        if (_tokens.Is("|")) throw TemplateFault.Unsupported(_tokens.Source, line, "a filter on a block");
        End();
        return new(line, targets, null, Until("endset"));
    }

    private Macro MacroOf(int line)
    {
        var name = _tokens.Expect(TokenKind.Name, "a name").Text;
        var parameters = new List<(string, Expression?)>();
        _tokens.Expect("(");
        while (!_tokens.Accept(")"))
        {
            if (parameters.Count > 0) _tokens.Expect(",");
            var parameter = _tokens.Expect(TokenKind.Name, "a name").Text;
            parameters.Add((parameter, _tokens.Accept("=") ? _expressions.Parse() : null));
        }

        End();
        return new(line, name, parameters, Until("endmacro"));
    }

    private List<Statement> Until(string word)
    {
        var line = _tokens.Now.Line;
        var body = Body(out var end);
        if (end != word) throw Unended(word[3..], line, end);
        if (_tokens.Now.Kind == TokenKind.Name) _tokens.Take();
        End();
        return body;
    }

    private void End() => _tokens.Expect(TokenKind.End, "the end of a tag");

    private Foundation.StemmaException Unended(string what, int line, string? end) => TemplateFault.Invalid(_tokens.Source, line, $"'{what}' without its end" + (end is null ? "" : $"; '{end}' stands there"));
}
