using System.CommandLine;
using Stemma.Cli.Screen;
using Stemma.Comparing.Deep;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Reporting;
using Stemma.Reporting.CycloneDx;
using Stemma.Reporting.Findings;
using Stemma.Reporting.Html;
using Stemma.Reporting.Sarif;
using Stemma.Reporting.Verifying;
using Stemma.Running.Probing;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma compare REFERENCE SUBJECT</c>; with three or more models every pair once.</summary>
internal sealed class CompareCommand : Verb
{
    private static readonly string[] Formats = ["text", "json", "csv", "html", "report", "sarif", "cyclonedx"];

    private readonly Argument<string[]> _models = SharedOptions.Models(
        1000,
        "The known model first, then the one under suspicion: folders, weight files, .stemma files or hub:org/name in any mix; BASE+ADAPTER for a model with its low-rank adapter. Three or more: all pairs, the earlier one as the known.");

    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<string[]> _outputs = SharedOptions.Outputs(Formats);
    private readonly Option<string[]> _failOn = FailOn.Option();
    private readonly Option<bool> _details = new("--details") { Description = "Text in full: every method, every curve, what each number assumes. JSON is always complete." };
    private readonly Option<string?> _save = new("--save-fingerprints") { Description = "Keep the fingerprints in this folder, so that the next comparison is instant.", HelpName = "FOLDER" };
    private readonly Option<bool> _probe = new("--probe") { Description = "Also let the models read short texts and show how alike they are in what they make of them. Needs weights and tokenizers; no verdict rests on it." };
    private readonly Option<string?> _probeTexts = new("--probe-texts") { Description = "With --probe: texts of your own, one per line, four or more. [default: texts that Stemma brings]", HelpName = "FILE" };
    private readonly Option<bool> _hashes = SharedOptions.FileHashes();
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<bool> _quick = SharedOptions.Quick();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public CompareCommand(Surroundings around)
        : base(around, "compare", "Decide whether models descend from one another, from their weights.")
    {
        AddModels(_models, 2, "compare wants two models or more: stemma compare KNOWN SUSPECT.");
        foreach (var option in new Option[] { _format, _outputs, _details, _failOn, _save, _probe, _probeTexts, _hashes, _threads, _quick, _quiet, SharedOptions.PrivateAddresses() }) Add(option);
    }

    public override string Synopsis => "stemma compare KNOWN SUSPECT [MODEL...] [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma compare examples/parent examples/suspect",
        "stemma compare examples/parent examples/suspect --format json -o csv=pair.csv",
        "stemma compare base.stemma downloads/model --fail-on related",
        "stemma compare base model -o html=pair.html -o report=pair.stemma-report",
        "stemma compare hub:Qwen/Qwen2.5-14B downloads/model --quick",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var quiet = parsed.GetValue(_quiet);
        var output = new AnswerOutput(Around, parsed, _format, _outputs, Formats);
        var probed = parsed.GetValue(_probe) || parsed.GetValue(_probeTexts) is not null;
        var texts = parsed.GetValue(_probeTexts) is { } file ? TextSource.Lines(file) : null;
        var places = FoundModel.All(Around, parsed.GetValue(_models)!);
        var started = Around.Clock.GetTimestamp();
        var progress = ProgressScreen.For(Around, quiet);
        var models = Open(parsed, places, progress, quiet);
        var slow = Around.Clock.GetElapsedTime(started) > TimeSpan.FromSeconds(5);
        var results = new List<ComparisonResult>();
        for (var known = 0; known < models.Count; known++)
        {
            for (var subject = known + 1; subject < models.Count; subject++)
            {
                Around.Cancel.ThrowIfCancellationRequested();
                results.Add(Around.Engine.Compare(models[subject].Model, models[known].Model, models[subject].Name, models[known].Name, progress, Around.Cancel));
            }
        }

        foreach (var (_, model) in models) model.Dispose();
        var found = models.Count < 3 ? new(results, []) : Around.Engine.CompareFamily([.. models.Select(m => (m.Name, m.Model.Fingerprint))], results);
        if (probed) found = CompareProbes.Add(Around, [.. places.Select(p => p.Path)], [.. places.Select(p => p.Name)], found, texts, progress);
        var details = parsed.GetValue(_details);
        var input = new ReportInput(found, [.. models.Select(m => m.Model.Fingerprint with { Name = m.Name })]);
        output.Write(width => Lines(found, width, details), format => Render(format, input, details));
        var unsaved = places.Any(place => place.Read is null) && parsed.GetValue(_save) is null;
        if (slow && unsaved && !quiet) Around.Error.WriteLine("hint: 'stemma sketch MODEL' keeps a fingerprint; comparing that is instant.");
        return Decide(found.Pairs, FailOn.Relations(parsed.GetValue(_failOn)));
    }

    /// <summary>What was asked for with --fail-on comes first; a lone pair without an answer next.</summary>
    internal static ExitCode Decide(IReadOnlyList<ComparisonResult> results, IReadOnlySet<Relation> failOn)
    {
        if (results.Any(result => failOn.Contains(result.Verdict.Relation))) return ExitCode.ConditionHolds;
        return results is [{ Verdict.Relation: Relation.Inconclusive }] ? ExitCode.Inconclusive : ExitCode.Ran;
    }

    private List<(string Name, ComparedModel Model)> Open(ParseResult parsed, IReadOnlyList<FoundModel> found, IWorkProgress progress, bool quiet)
    {
        var options = new SketchOptions { Threads = parsed.GetValue(_threads), FileHashes = parsed.GetValue(_hashes), Quick = parsed.GetValue(_quick) };
        var folder = parsed.GetValue(_save);
        var places = found.Select(model => folder is null || model.Read is not null ? null : SketchFiles.Place(folder, model.Name)).ToList();
        if (folder is not null) OutputFiles.MakeFolder(folder);
        foreach (var place in places.OfType<string>()) SketchFiles.CheckOverwrite(Around, place);
        var models = new List<(string Name, ComparedModel Model)>();
        foreach (var (model, place) in found.Zip(places))
        {
            models.Add((model.Name, model.Read ?? Around.Engine.Open(model.Path, options, progress, Around.Cancel)));
            if (place is null) continue;
            OutputFiles.Write(place, partial => Around.Engine.Save(models[^1].Model.Fingerprint, partial));
            if (!quiet) Around.Error.WriteLine($"saved {SafeText.Escape(place)}");
        }

        return models;
    }

    private static string Render(string format, ReportInput input, bool details) => format switch
    {
        "json" => ReportJson.WriteFound(input.Found),
        "csv" => ReportCsv.Write(input.Found.Pairs),
        "html" => HtmlReport.Write(input),
        "report" => ReportFile.Write(input),
        "sarif" => SarifLog.Write(ComparisonFindings.Of(input)),
        "cyclonedx" => ModelBom.Write(input),
        _ => OutputFiles.Plain(Lines(input.Found, ReportText.Width, details)),
    };

    private static IReadOnlyList<TextLine> Lines(FamilyFindings found, int width, bool details) =>
        found.Pairs.Count == 1 ? ReportText.Lines(found.Pairs[0], width, details) : PairsText.Lines(found, width, details);
}
