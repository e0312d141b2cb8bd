using System.CommandLine;
using Stemma.Cli.Screen;
using Stemma.Reporting;
using Stemma.Reporting.Html;
using Stemma.Reporting.Verifying;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma explain REPORT</c>: a saved report in words.</summary>
internal sealed class ExplainCommand : Verb
{
    private static readonly string[] Formats = ["text", "html", "json"];

    private readonly Argument<string[]> _report = SharedOptions.Models(1, "A report: what compare wrote with -o report=FILE or -o json=FILE.", "REPORT");
    private readonly Option<string> _format = SharedOptions.Format(Formats);

    public ExplainCommand(Surroundings around)
        : base(around, "explain", "Say in plain words what a saved report means: what was found, how sure, what it does not say.")
    {
        AddModels(_report, 1, "explain wants a report: stemma explain REPORT.");
        Add(_format);
    }

    public override string Synopsis => "stemma explain REPORT [options]";

    public override IReadOnlyList<string> Examples => ["stemma explain pair.stemma-report", "stemma explain pair.json", "stemma explain pair.stemma-report --format html > pair.html"];

    protected override ExitCode Run(ParseResult parsed)
    {
        var input = SavedReport.Read(parsed.GetValue(_report)![0]);
        if (parsed.GetValue(_format) is "html") Around.Out.Write(HtmlReport.Write(input));
        else if (parsed.GetValue(_format) is "json") Around.Out.Write(ReportJson.WriteFound(input.Found));
        else Painter.Print(Around, ExplainText.Lines(input.Found, Around.Width));
        return ExitCode.Ran;
    }
}
