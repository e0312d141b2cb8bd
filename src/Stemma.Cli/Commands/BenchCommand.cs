using System.CommandLine;
using Stemma.Benching;
using Stemma.Cli.Screen;
using Stemma.Comparing.Published;
using Stemma.Reporting.Benches;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma bench ZOO</c>: every pair of models of known descent, through Stemma and through the published methods.</summary>
internal sealed class BenchCommand : Verb
{
    private static readonly string[] Formats = ["text", "json", "csv", "pairs-csv"];

    private readonly Argument<string[]> _zoo = SharedOptions.Models(1, "A folder with zoo.json, which tells the descent, and a folder per model.", "ZOO");
    private readonly Option<string[]> _methods = Methods();
    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<string[]> _outputs = SharedOptions.Outputs(Formats);
    private readonly Option<string?> _survival = new("--survival") { Description = "Write the survival table into this page, between its markers, and the plot beside it as SVG.", HelpName = "FILE.md" };
    private readonly Option<string?> _bank = new("--bank") { Description = "Add the scores of the unrelated pairs to this bank of controls; it is made when it is not there.", HelpName = "FILE.json" };
    private readonly Option<bool> _probe = new("--probe") { Description = "Also let the models that can be run read the probe texts that come with Stemma; for --bank." };
    private readonly Option<bool> _gate = new("--gate") { Description = $"Exit with {ExitCode.ConditionHolds.Value} when an unrelated pair is called related or a related one unrelated." };
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public BenchCommand(Surroundings around)
        : base(around, "bench", "Measure Stemma and published methods on models of known descent.")
    {
        AddModels(_zoo, 1, "bench wants a folder with zoo.json: stemma bench ZOO.");
        foreach (var option in new Option[] { _methods, _format, _outputs, _survival, _bank, _probe, _gate, _threads, _quiet }) Add(option);
    }

    public override string Synopsis => "stemma bench ZOO [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma bench zoo",
        "stemma bench zoo --methods awm,csw --format json",
        "stemma bench zoo --survival docs/survival.md --gate",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var output = new AnswerOutput(Around, parsed, _format, _outputs, Formats);
        var survival = parsed.GetValue(_survival) is { } page ? SurvivalFiles.Open(page) : null;
        var bank = parsed.GetValue(_bank) is { } file ? BankFiles.Open(file) : null;
        var options = new BenchOptions { Methods = Chosen(parsed.GetValue(_methods)), Probe = parsed.GetValue(_probe), Threads = parsed.GetValue(_threads) };
        var bench = Around.Engine.Bench(parsed.GetValue(_zoo)![0], options, Around.Clock, ProgressScreen.For(Around, parsed.GetValue(_quiet)), Around.Cancel);
        output.Write(width => BenchText.Lines(bench, width), format => Render(format, bench));
        survival?.Write(bench);
        bank?.Write(bench);
        return parsed.GetValue(_gate) && bench.Pairs.Any(pair => pair.Grade is Grade.FalseAccusation or Grade.FalseClearance) ? ExitCode.ConditionHolds : ExitCode.Ran;
    }

    private static string Render(string format, BenchResult bench) => format switch
    {
        "json" => BenchJson.Write(bench),
        "csv" => BenchCsv.Methods(bench),
        "pairs-csv" => BenchCsv.Pairs(bench),
        _ => OutputFiles.Plain(BenchText.Lines(bench)),
    };

    private static Option<string[]> Methods() => SharedOptions.Words(
        "--methods", $"Published methods to run beside Stemma, separated by commas: {string.Join(", ", PublishedMethods.Names)}; 'none' for none. [default: all]",
        "METHODS", PublishedMethods.Names, also: "none");

    private static List<string>? Chosen(string[]? values) => values is null or [] ? null : [.. SharedOptions.Split(values).Where(word => word != "none")];
}
