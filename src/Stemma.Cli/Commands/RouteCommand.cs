using System.CommandLine;
using Stemma.Cli.Commands.Deriving;
using Stemma.Cli.Screen;
using Stemma.Reporting;
using Stemma.Reporting.Routes;
using Stemma.Running.Routing;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma route</c>: how evenly a mixture of experts loads its devices.</summary>
internal sealed class RouteCommand : Verb
{
    private static readonly string[] Formats = ["text", "json", "csv", "svg"];

    private readonly Option<bool> _simulate = new("--simulate") { Description = "Draw experts at random: how uneven plain top-k loads the devices, and grouped routing (MoGE) beside it." };
    private readonly Option<int> _experts = DeriveOptions.Whole("--experts", "Routed experts of a layer.", 64);
    private readonly Option<int> _groups = DeriveOptions.Whole("--groups", "Groups of a mixture of grouped experts; each gives as many experts to a token.", 8);
    private readonly Option<int> _top = DeriveOptions.Whole("--top", "Experts per token.", 8);
    private readonly Option<int> _devices = DeriveOptions.Whole("--devices", "Devices that share the experts.", 8);
    private readonly Option<int> _tokens = DeriveOptions.Whole("--tokens", "Tokens routed at once.", 16);
    private readonly Option<int> _trials = DeriveOptions.Whole("--trials", "Batches to draw.", 100_000, 2, RoutingSimulator.MostTrials);
    private readonly Option<int> _seed = DeriveOptions.Whole("--seed", "Seed of everything that is drawn.", 0, 0, int.MaxValue);
    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<string[]> _outputs = SharedOptions.Outputs(Formats);

    public RouteCommand(Surroundings around)
        : base(around, "route", "Show how evenly a mixture of experts loads its devices: plain top-k against grouped experts (MoGE).")
    {
        foreach (var option in new Option[] { _simulate, _experts, _groups, _top, _devices, _tokens, _trials, _seed, _format, _outputs }) Add(option);
        Validators.Add(result =>
        {
            if (!result.GetValue(_simulate)) result.AddError("route wants to know what to do: stemma route --simulate.");
        });
    }

    public override string Synopsis => "stemma route --simulate [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma route --simulate",
        "stemma route --simulate --experts 64 --groups 8 --top 8 --devices 8 --tokens 16 --format json",
        "stemma route --simulate --tokens 1 -o svg=routing.svg",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var targets = (parsed.GetValue(_outputs) ?? []).Select(text => OutputTarget.Parse(text, Formats).Target!).ToList();
        foreach (var target in targets) OutputFiles.CheckReportPlace(target.File);
        var setting = new RoutingSetting(parsed.GetValue(_experts), parsed.GetValue(_groups), parsed.GetValue(_top), parsed.GetValue(_devices), parsed.GetValue(_tokens));
        var simulation = Around.Engine.SimulateRouting(setting, parsed.GetValue(_trials), parsed.GetValue(_seed), Around.Cancel);
        if (parsed.GetValue(_format) is "text") Painter.Print(Around, RouteText.Lines(simulation, Around.Width));
        else Around.Out.Write(Render(parsed.GetValue(_format)!, simulation));
        foreach (var target in targets) OutputFiles.WriteText(target.File, Render(target.Format, simulation));
        return ExitCode.Ran;
    }

    private static string Render(string format, RoutingSimulation simulation) => format switch
    {
        "json" => RouteJson.Write(simulation),
        "csv" => RouteCsv.Write(simulation),
        "svg" => RouteSvg.Write(simulation),
        _ => OutputFiles.Plain(RouteText.Lines(simulation)),
    };
}
