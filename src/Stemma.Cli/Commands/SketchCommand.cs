using System.CommandLine;
using Stemma.Cli.Screen;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Reporting;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma sketch MODEL</c>: one pass over the weights, one small file.</summary>
internal sealed class SketchCommand : Verb
{
    private readonly Argument<string[]> _models = SharedOptions.Models(1000, "Folders, weight files or hub:org/name.");

    private readonly Option<string?> _output = new("-o", "--output") { Description = "The file to write, or an existing folder. [default: NAME.stemma here]", HelpName = "FILE" };
    private readonly Option<bool> _hashes = SharedOptions.FileHashes();
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<bool> _resume = new("--resume") { Description = "Keep finished layers in FILE.state: an interrupted sketch goes on there, and a later one reads only what changed." };
    private readonly Option<bool> _quick = SharedOptions.Quick();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public SketchCommand(Surroundings around)
        : base(around, "sketch", "Write a model's fingerprint: a small file that can be compared without the weights.")
    {
        Aliases.Add("fingerprint");
        AddModels(_models, 1, "sketch wants a model: stemma sketch MODEL.");
        foreach (var option in new Option[] { _output, _hashes, _threads, _resume, _quick, _quiet, SharedOptions.PrivateAddresses() }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_output) is not { } file || Directory.Exists(file)) return;
            if (!SketchFiles.IsFingerprint(file)) result.AddError($"-o wants a name that ends in {SketchFiles.Ending}, or an existing folder.");
            else if (result.GetValue(_models)?.Length > 1) result.AddError("-o with several models wants an existing folder.");
        });
    }

    public override string Synopsis => "stemma sketch MODEL [MODEL...] [options]";

    public override IReadOnlyList<string> Examples => ["stemma sketch examples/parent", "stemma sketch downloads/model -o model.stemma --file-hashes", "stemma sketch hub:Qwen/Qwen2.5-14B --resume"];

    protected override ExitCode Run(ParseResult parsed)
    {
        var quiet = parsed.GetValue(_quiet);
        var paths = parsed.GetValue(_models)!;
        var names = ModelNames.Of(paths);
        ModelNames.CheckExist(paths);
        foreach (var path in paths) Around.Engine.Check(path);
        var output = parsed.GetValue(_output);
        var folder = output is not null && Directory.Exists(output) ? output : "";
        var files = names.Select(name => output is null || folder.Length > 0 ? SketchFiles.Place(folder, name) : output).ToList();
        foreach (var file in files)
        {
            OutputFiles.CheckPlace(file);
            SketchFiles.CheckOverwrite(Around, file);
        }

        var options = new SketchOptions { Threads = parsed.GetValue(_threads), FileHashes = parsed.GetValue(_hashes), Quick = parsed.GetValue(_quick) };
        var progress = ProgressScreen.For(Around, quiet);
        for (var at = 0; at < paths.Length; at++)
        {
            var state = parsed.GetValue(_resume) ? files[at] + ".state" : null;
            var fingerprint = Around.Engine.Fingerprint(paths[at], options with { State = state }, progress, Around.Cancel);
            OutputFiles.Write(files[at], partial => Around.Engine.Save(fingerprint, partial));
            Around.Out.WriteLine($"{SafeText.Escape(files[at])} ({TextNumbers.Bytes(new FileInfo(files[at]).Length)})");
        }

        return ExitCode.Ran;
    }
}
