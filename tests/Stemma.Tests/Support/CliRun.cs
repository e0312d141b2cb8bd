using Stemma.Cli;
using Stemma.Cli.Commands;

namespace Stemma.Tests.Support;

/// <summary>One command line run inside the test process: what it printed where, and what it returned.</summary>
internal sealed record CliRun(int Code, string Out, string Error)
{
    public static string Parent => Repository.At("examples", "parent");

    public static string Suspect => Repository.At("examples", "suspect");

    public static string Stranger => Repository.At("examples", "stranger");

    public static CliRun Of(FakeEngine engine, params string[] args) => Of(engine, CancellationToken.None, args);

    public static CliRun Of(FakeEngine engine, CancellationToken cancel, params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = CommandLine.Run(args, new Surroundings { Out = output, Error = error, Engine = engine, Cancel = cancel });
        return new(code.Value, output.ToString(), error.ToString());
    }
}
