using System.CommandLine;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Reporting.Signing;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma sign FILE --key KEY</c>: a signature beside the file; <c>stemma sign --generate KEY</c>: a new pair of keys.</summary>
internal sealed class SignCommand : Verb
{
    private static readonly string[] Algorithms = [.. Enum.GetValues<KeyAlgorithm>().Select(Kebab.Of)];

    private readonly Argument<string[]> _file = SharedOptions.Models(1, "What to sign: a report, a .stemma file, or any other file.", "FILE");
    private readonly Option<string?> _key = new("--key") { Description = "The private key, a PEM file.", HelpName = "KEY" };
    private readonly Option<string?> _output = new("-o", "--output") { Description = "Where to write the signature. [default: FILE.dsse]", HelpName = "SIGNATURE" };
    private readonly Option<string?> _generate = new("--generate") { Description = "Make a new pair of keys: KEY, which only you should have, and KEY.pub for everybody.", HelpName = "KEY" };
    private readonly Option<string> _algorithm = new("--algorithm") { Description = $"The scheme of a new key: {string.Join(", ", Algorithms)} (ed25519 needs libsodium).", HelpName = "SCHEME", DefaultValueFactory = _ => Algorithms[0] };

    public SignCommand(Surroundings around)
        : base(around, "sign", "Sign a report or a fingerprint, so that nobody can change it unseen.")
    {
        Add(_file);
        foreach (var option in new Option[] { _key, _output, _generate, _algorithm }) Add(option);
        _algorithm.CompletionSources.Add(Algorithms);
        Validators.Add(result =>
        {
            var (files, key, generate) = (result.GetResult(_file)?.Tokens.Count ?? 0, result.GetValue(_key), result.GetValue(_generate));
            if (result.GetResult(_algorithm) is { Tokens: [var asked] } && !Algorithms.Contains(asked.Value)) result.AddError($"--algorithm knows {string.Join(", ", Algorithms)}.");
            else if (generate is null && (files == 0 || key is null)) result.AddError("sign wants a file and a key: stemma sign FILE --key KEY.");
            else if (generate is not null && (files > 0 || key is not null)) result.AddError("--generate makes keys and signs nothing.");
        });
    }

    public override string Synopsis => "stemma sign FILE --key KEY [options], or stemma sign --generate KEY";

    public override IReadOnlyList<string> Examples =>
        ["stemma sign --generate me.key", "stemma sign pair.stemma-report --key me.key", "stemma verify pair.stemma-report --key me.key.pub"];

    protected override ExitCode Run(ParseResult parsed)
    {
        if (parsed.GetValue(_generate) is { } place) return Generate(place, Enum.GetValues<KeyAlgorithm>()[Array.IndexOf(Algorithms, parsed.GetValue(_algorithm))]);
        var file = parsed.GetValue(_file)![0];
        ModelNames.CheckExist([file]);
        var output = parsed.GetValue(_output) ?? file + Signer.Ending;
        OutputFiles.CheckReportPlace(output);
        var model = SketchFiles.IsFingerprint(file) ? Around.Engine.Fingerprint(file, new SketchOptions(), NoProgress.Instance, Around.Cancel) : null;
        var (envelope, id) = Signer.Sign(file, parsed.GetValue(_key)!, output, model);
        OutputFiles.Write(output, partial => File.WriteAllBytes(partial, envelope));
        Around.Out.WriteLine($"{SafeText.Escape(output)} (signed with the key {id})");
        return ExitCode.Ran;
    }

    /// <summary>A key that exists is never replaced: what it signed could not be repeated.</summary>
    private ExitCode Generate(string place, KeyAlgorithm algorithm)
    {
        var open = place + ".pub";
        foreach (var file in new[] { place, open })
        {
            OutputFiles.CheckPlace(file);
            if (File.Exists(file)) throw new StemmaException(FaultCode.WouldOverwrite, file, null, "a file stands there", "a new name", "Choose another name");
        }

        var (secret, shared, id) = Signer.Generate(algorithm);
        OutputFiles.Write(place, partial => WriteSecret(partial, secret));
        OutputFiles.WriteText(open, shared);
        Around.Out.WriteLine($"{SafeText.Escape(place)} (keep it to yourself), {SafeText.Escape(open)} (for everybody); key {id}");
        return ExitCode.Ran;
    }

    private static void WriteSecret(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
