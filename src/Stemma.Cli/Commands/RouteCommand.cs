using System.CommandLine;
using System.CommandLine.Parsing;
using Stemma.Cli.Commands.Deriving;
using Stemma.Cli.Screen;
using Stemma.Reporting;
using Stemma.Reporting.Routes;
using Stemma.Running.Routing;
using Stemma.Running.Routing.Costs;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma route</c>: how evenly a mixture of experts loads its devices, and what that costs.</summary>
internal sealed class RouteCommand : Verb
{
    private static readonly string[] Formats = ["text", "json", "csv", "svg"];

    private readonly Option<bool> _simulate = new("--simulate") { Description = "Draw experts at random: how uneven plain top-k loads the devices, and grouped routing (MoGE) beside it." };
    private readonly Option<bool> _plan = new("--plan") { Description = "Estimate tokens per second against sequences and devices, for plain top-k and for grouped routing." };
    private readonly Option<int> _experts = DeriveOptions.Whole("--experts", "With --simulate: routed experts of a layer.", 64);
    private readonly Option<int> _groups = DeriveOptions.Whole("--groups", "With --simulate: groups of a mixture of grouped experts; each gives as many experts to a token.", 8);
    private readonly Option<int> _top = DeriveOptions.Whole("--top", "With --simulate: experts per token.", 8);
    private readonly Option<int[]> _devices = DeriveOptions.Numbers("--devices", "Devices that share the experts; with --plan several, such as 4,8,16. [default: 8; with --plan 4,8]", required: false);
    private readonly Option<int> _tokens = DeriveOptions.Whole("--tokens", "With --simulate: tokens routed at once.", 16);
    private readonly Option<int> _trials = DeriveOptions.Whole("--trials", "With --simulate: batches to draw.", 100_000, 2, RoutingSimulator.MostTrials);
    private readonly Option<int> _seed = DeriveOptions.Whole("--seed", "Seed of everything that is drawn.", 0, 0, int.MaxValue);
    private readonly RoutePlanOptions _planning = new();
    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<string[]> _outputs = SharedOptions.Outputs(Formats);

    public RouteCommand(Surroundings around)
        : base(around, "route", "Show how evenly a mixture of experts loads its devices, plain top-k against grouped experts (MoGE), and what that costs.")
    {
        foreach (var option in new Option[] { _simulate, _plan, _experts, _groups, _top, _devices, _tokens, _trials, _seed }) Add(option);
        foreach (var option in _planning.All) Add(option);
        foreach (var option in new Option[] { _format, _outputs }) Add(option);
        Validators.Add(Check);
    }

    public override string Synopsis => "stemma route --simulate | --plan [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma route --simulate --experts 64 --groups 8 --top 8 --devices 8 --tokens 16",
        "stemma route --simulate --tokens 1 --format json -o svg=routing.svg",
        "stemma route --plan --devices 4,8,16 -o svg=plan.svg",
        "stemma route --plan --shape qwen3-30b-a3b --hardware h100-sxm --devices 1,2 --context 4096",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var targets = (parsed.GetValue(_outputs) ?? []).Select(text => OutputTarget.Parse(text, Formats).Target!).ToList();
        foreach (var target in targets) OutputFiles.CheckReportPlace(target.File);
        var report = parsed.GetValue(_plan) ? Plan(parsed) : Simulation(parsed);
        if (parsed.GetValue(_format) is "text") Painter.Print(Around, report.Lines(Around.Width));
        else Around.Out.Write(report.Render(parsed.GetValue(_format)!));
        foreach (var target in targets) OutputFiles.WriteText(target.File, report.Render(target.Format));
        return ExitCode.Ran;
    }

    private RouteReport Simulation(ParseResult parsed)
    {
        var devices = parsed.GetValue(_devices) is { Length: > 0 } given ? given[0] : 8;
        var setting = new RoutingSetting(parsed.GetValue(_experts), parsed.GetValue(_groups), parsed.GetValue(_top), devices, parsed.GetValue(_tokens));
        var simulation = Around.Engine.SimulateRouting(setting, parsed.GetValue(_trials), parsed.GetValue(_seed), Around.Cancel);
        return new(width => RouteText.Lines(simulation, width), () => RouteJson.Write(simulation), () => RouteCsv.Write(simulation), () => RouteSvg.Write(simulation));
    }

    private RouteReport Plan(ParseResult parsed)
    {
        var plan = Around.Engine.PlanServing(_planning.Request(parsed, parsed.GetValue(_devices)), Around.Cancel);
        return new(width => PlanText.Lines(plan, width), () => PlanJson.Write(plan), () => PlanCsv.Write(plan), () => PlanSvg.Write(plan));
    }

    /// <summary>One thing is asked for, and no option that belongs to another.</summary>
    private void Check(CommandResult result)
    {
        var (simulate, plan) = (result.GetValue(_simulate), result.GetValue(_plan));
        if (simulate == plan)
        {
            result.AddError("route wants one thing to do: stemma route --simulate, or stemma route --plan.");
            return;
        }

        if (simulate && result.GetResult(_devices) is not null && result.GetValue(_devices) is not [_]) result.AddError("--simulate wants one number of --devices.");
        IEnumerable<Option> foreign = simulate ? _planning.All : [_experts, _groups, _top, _tokens, _trials, _seed];
        if (foreign.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } wrong) result.AddError($"{wrong.Name} does not belong to {(simulate ? "--simulate" : "--plan")}.");
    }

    /// <summary>One answer in all its forms.</summary>
    private sealed record RouteReport(Func<int, IReadOnlyList<TextLine>> Lines, Func<string> Json, Func<string> Csv, Func<string> Svg)
    {
        public string Render(string format) => format switch
        {
            "json" => Json(),
            "csv" => Csv(),
            "svg" => Svg(),
            _ => OutputFiles.Plain(Lines(ReportText.Width)),
        };
    }
}
