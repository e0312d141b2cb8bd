using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Stemma.Cli.Commands;

/// <summary>The library's help, then examples and exit codes: most people read only the examples.</summary>
internal sealed class HelpWithExamples(HelpAction help, int width) : SynchronousCommandLineAction
{
    private static readonly string[] RootExamples = ["stemma compare examples/parent examples/suspect", "stemma compare --help"];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.MaxWidth = width;
        var library = new StringWriter();
        var settings = parseResult.InvocationConfiguration;
        var output = settings.Output;
        settings.Output = library;
        help.Invoke(parseResult);
        settings.Output = output;
        var verb = parseResult.CommandResult.Command as Verb;
        foreach (var line in library.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()))
        {
            // The library's own synopsis names the program after its file and cannot say KNOWN SUSPECT.
            var synopsis = line.StartsWith($"  {RootCommand.ExecutableName} ", StringComparison.Ordinal);
            output.WriteLine(synopsis ? "  " + (verb?.Synopsis ?? "stemma VERB [options]") : line);
        }

        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (var example in verb?.Examples ?? RootExamples) output.WriteLine("  " + example);
        output.WriteLine();
        foreach (var line in Reporting.ShownText.Wrap(ExitCode.HelpLine, width)) output.WriteLine(line);
        return ExitCode.Ran.Value;
    }
}
