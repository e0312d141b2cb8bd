using System.CommandLine;
using Stemma.Foundation;

namespace Stemma.Cli.Commands;

/// <summary>What is said when a command line is not understood: the problem, the nearest thing that exists, where to read on.</summary>
internal static class UsageMessage
{
    public static ExitCode Print(ParseResult parsed, Surroundings around)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        var kind = unknown?.StartsWith('-') == true ? "option" : command is RootCommand ? "verb" : command.Subcommands.Count > 0 ? "operation" : "argument";
        if (unknown is not null) around.Error.WriteLine("stemma: " + Unknown(kind, unknown, command));
        else around.Error.WriteLine("stemma: " + string.Join(' ', parsed.Errors[0].Message.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
        var path = PathOf(command);
        around.Error.WriteLine($"stemma: '{path} --help' shows what it takes.");
        return ExitCode.Usage;
    }

    /// <summary>The words that call a command: <c>stemma derive permute</c>.</summary>
    private static string PathOf(Command command) =>
        command is RootCommand ? "stemma" : $"{(command.Parents.OfType<Command>().FirstOrDefault() is { } above ? PathOf(above) : "stemma")} {command.Name}";

    /// <summary>There is no such word; the nearest one is offered when it is near.</summary>
    public static string Unknown(string kind, string word, Command command)
    {
        IEnumerable<Symbol> symbols = word.StartsWith('-')
            ? command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            : command.Subcommands;
        var names = symbols.Where(symbol => !symbol.Hidden).SelectMany(symbol => symbol is Command verb ? verb.Aliases.Append(verb.Name) : ((Option)symbol).Aliases.Append(symbol.Name));
        return $"there is no {kind} '{SafeText.Escape(word)}'.{Nearest.Hint(word, names)}";
    }
}
