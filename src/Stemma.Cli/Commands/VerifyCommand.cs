using System.CommandLine;
using Stemma.Cli.Screen;
using Stemma.Comparing.Deep;
using Stemma.Fingerprints;
using Stemma.Reporting.Signing;
using Stemma.Reporting.Verifying;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma verify REPORT</c>: repeats the verdict of a report without the models, or with them.</summary>
internal sealed class VerifyCommand : Verb
{
    private static readonly string[] Formats = ["text", "json"];

    private readonly Argument<string[]> _files = SharedOptions.Models(
        1000, "A report that compare wrote with -o report=FILE (with --key any signed file); then, where they are at hand, the models in the order in which they were compared.", "FILE");

    private readonly Option<string?> _key = new("--key") { Description = "Also check a signature: the public key, a PEM file.", HelpName = "PUB" };
    private readonly Option<string?> _signature = new("--signature") { Description = "The signature. [default: FILE.dsse]", HelpName = "SIGNATURE" };
    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public VerifyCommand(Surroundings around)
        : base(around, "verify", "Check a report or a signature: repeat the verdict from the fingerprints in the report, and find any byte that was changed.")
    {
        AddModels(_files, 1, "verify wants a file: stemma verify REPORT.");
        foreach (var option in new Option[] { _key, _signature, _format, _threads, _quiet }) Add(option);
    }

    public override string Synopsis => "stemma verify FILE [MODEL MODEL...] [options]";

    public override IReadOnlyList<string> Examples => ["stemma verify pair.stemma-report", "stemma verify pair.stemma-report examples/parent examples/suspect", "stemma verify pair.stemma-report --key their.key.pub"];

    protected override ExitCode Run(ParseResult parsed)
    {
        var files = parsed.GetValue(_files)!;
        var verification = Verify(parsed, files[0], files[1..]);
        if (parsed.GetValue(_format) is "json") Around.Out.Write(verification.ToJson());
        else Painter.Print(Around, VerificationText.Lines(verification, Around.Width));
        return verification.Outcome switch
        {
            VerificationOutcome.Same => ExitCode.Ran,
            VerificationOutcome.Different => ExitCode.ConditionHolds,
            _ => ExitCode.Inconclusive,
        };
    }

    /// <summary>The signature first, if one was asked about; then the report itself, if the file is one.</summary>
    private Verification Verify(ParseResult parsed, string file, string[] models)
    {
        IReadOnlyList<VerificationCheck> signature = parsed.GetValue(_key) is { } key ? SignatureVerifier.Verify(file, parsed.GetValue(_signature) ?? file + Signer.Ending, key) : [];
        // A file that was changed after signing need not be a report any more.
        if (signature.Any(check => check.State == CheckState.Failed)) return new(file, "", signature);
        if (signature.Count > 0 && models.Length == 0 && !ReportFile.IsReport(file)) return new(file, "", signature);
        var report = ReportFile.Read(file);
        var verification = models.Length == 0 ? ReportVerifier.Verify(report) : WithModels(parsed, report, models);
        return verification with { Checks = [.. signature, .. verification.Checks] };
    }

    private Verification WithModels(ParseResult parsed, ReportFile report, string[] paths)
    {
        ModelNames.CheckExist(paths);
        foreach (var path in paths) Around.Engine.Check(path);
        var progress = ProgressScreen.For(Around, parsed.GetValue(_quiet));
        var models = new List<ComparedModel>();
        try
        {
            foreach (var (at, path) in paths.Index())
                models.Add(Around.Engine.Open(path, new SketchOptions { Threads = parsed.GetValue(_threads), FileHashes = report.HasFileHashes(at) }, progress, Around.Cancel));
            return ReportVerifier.Verify(report, [.. models.Select(model => model.Fingerprint)], (subject, reference) => ComparedModel.Search(models[subject], models[reference], progress, Around.Cancel));
        }
        finally
        {
            foreach (var model in models) model.Dispose();
        }
    }
}
