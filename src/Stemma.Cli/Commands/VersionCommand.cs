using System.CommandLine;
using System.CommandLine.Invocation;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma version</c>, the same as <c>--version</c>.</summary>
internal sealed class VersionCommand(Surroundings around) : Verb(around, "version", "Show the version.")
{
    public static string Line => $"stemma {typeof(VersionCommand).Assembly.GetName().Version?.ToString(3)}";

    public override string Synopsis => "stemma version";

    public override IReadOnlyList<string> Examples => ["stemma version"];

    protected override ExitCode Run(ParseResult parsed)
    {
        Around.Out.WriteLine(Line);
        return ExitCode.Ran;
    }
}

/// <summary>What <c>--version</c> does.</summary>
internal sealed class ShowVersion : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(VersionCommand.Line);
        return ExitCode.Ran.Value;
    }
}
