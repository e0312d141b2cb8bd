using System.CommandLine;
using System.CommandLine.Help;
using Stemma.Checkpoints.Remote;
using Stemma.Cli.Commands.Deriving;

namespace Stemma.Cli.Commands;

/// <summary>The verbs under one roof: parses, runs, and gives help or a usage message.</summary>
internal static class CommandLine
{
    private const string About =
        "Stemma decides from the weights whether one language model descends from another, and says how sure it is. " +
        "Nothing of your models leaves this machine; the network is used for models named hub:org/name and for servers that you name, only.";

    /// <summary>By name, in the order of the help.</summary>
    private static readonly Entry[] Verbs =
    [
        new("compare", around => new CompareCommand(around)), new("sketch", around => new SketchCommand(around)), new("inspect", around => new InspectCommand(around)),
        new("derive", around => new DeriveCommand(around)), new("bench", around => new BenchCommand(around)), new("run", around => new RunCommand(around)),
        new("route", around => new RouteCommand(around)), new("audit", around => new AuditCommand(around)), new("behave", around => new BehaveCommand(around)),
        new("explain", around => new ExplainCommand(around)), new("verify", around => new VerifyCommand(around)), new("sign", around => new SignCommand(around)),
        new("doctor", around => new DoctorCommand(around)), new("version", around => new VersionCommand(around)),
    ];

    /// <summary>Runs one command line.</summary>
    public static ExitCode Run(IReadOnlyList<string> args, Surroundings around)
    {
        var root = Root(around, args.Count > 0 ? args[0] : null);
        if (args.Count == 0)
        {
            // Nothing was asked for, so the help is talk and not a result.
            root.Parse(["--help"]).Invoke(new() { Output = around.Error, Error = around.Error });
            return ExitCode.Usage;
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples) return UsageMessage.Print(parsed, around);
        var everywhere = parsed.CommandResult.Command.Options.FirstOrDefault(option => option.Name == SharedOptions.PrivateAddressesName) is Option<bool> allow && parsed.GetValue(allow);
        HubAccess.Configure(hub => hub with { AllowPrivateAddresses = everywhere, Cancel = around.Cancel });
        var settings = new InvocationConfiguration
        {
            Output = around.Out,
            Error = around.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return new ExitCode(parsed.Invoke(settings), "", "");
    }

    /// <summary>The tree of verbs.</summary>
    /// <param name="around">What they work with.</param>
    /// <param name="only">The one verb that is wanted: the others' options, which take a tenth of a second to set up, are left out. All where there is none of that name.</param>
    public static RootCommand Root(Surroundings around, string? only = null)
    {
        var root = new RootCommand(About);
        var wanted = Array.FindAll(Verbs, verb => verb.Name == only);
        foreach (var verb in wanted.Length > 0 ? wanted : Verbs) root.Add(verb.Make(around));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show this help.";
        help.Action = new HelpWithExamples((HelpAction)help.Action!, around.Width);
        var version = root.Options.OfType<VersionOption>().Single();
        version.Description = "Show the version.";
        version.Action = new ShowVersion();
        return root;
    }

    private sealed record Entry(string Name, Func<Surroundings, Command> Make);
}
