using System.CommandLine;
using System.Globalization;
using Stemma.Cli.Commands.Deriving;
using Stemma.Foundation;
using Stemma.Reporting;
using Stemma.Running;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma run MODEL</c>: lets a model compute, on this machine, from its files as they are.</summary>
internal sealed class RunCommand : Verb
{
    private readonly Argument<string[]> _models = SharedOptions.Models(1, "A folder with weights and config.json.");
    private readonly Option<string?> _ids = new("--ids") { Description = "A file with the text as token ids: a JSON array, for example [1, 15043].", HelpName = "FILE" };
    private readonly Option<string?> _logits = new("--logits") { Description = "Write the scores of every token of the vocabulary after each token of the text: safetensors, tensor 'logits', F32 [tokens, vocabulary].", HelpName = "OUT.safetensors" };
    private readonly Option<int> _generate = DeriveOptions.Whole("--generate", "Continue the text by at most so many tokens.", otherwise: 0, least: 0);
    private readonly Option<double> _temperature = DeriveOptions.Real("--temperature", "How freely tokens are drawn: 0 always takes the likeliest, 1 draws by the model's own probabilities.", "T", 0, 0, 100);
    private readonly Option<int> _topK = DeriveOptions.Whole("--top-k", "Draw among so many of the likeliest tokens only; 0 is all.", otherwise: 0, least: 0);
    private readonly Option<double> _topP = DeriveOptions.Real("--top-p", "Draw among the likeliest tokens that have this probability together.", "P", 1, 0, 1);
    private readonly Option<ulong> _seed = DeriveOptions.Seed();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public RunCommand(Surroundings around)
        : base(around, "run", "Let a model compute: the scores of a text, or its continuation. Nothing leaves this machine.")
    {
        _seed.Description = "Seed of what is drawn; the same seed draws the same tokens.";
        AddModels(_models, 1, "run wants a model: stemma run MODEL --ids FILE --generate 20.");
        foreach (var option in new Option[] { _ids, _logits, _generate, _temperature, _topK, _topP, _seed, _quiet }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetResult(_ids) is null) result.AddError("run wants a text: --ids FILE.");
            else if (result.GetResult(_logits) is null && result.GetResult(_generate) is null or { Implicit: true }) result.AddError("run wants something to do: --logits OUT.safetensors or --generate N.");
        });
    }

    public override string Synopsis => "stemma run MODEL --ids FILE [--logits OUT | --generate N] [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma run examples/parent --ids examples/ids.json --generate 20",
        "stemma run examples/parent --ids examples/ids.json --generate 20 --temperature 0.8 --top-p 0.95 --seed 7",
        "stemma run examples/parent --ids examples/ids.json --logits logits.safetensors",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_models)![0];
        ModelNames.CheckExist([path]);
        var logits = parsed.GetValue(_logits);
        if (logits is not null) OutputFiles.CheckReportPlace(logits);
        var ids = TokenFiles.ReadIds(parsed.GetValue(_ids)!);
        using var model = Around.Engine.OpenTransformer(path);
        var most = parsed.GetValue(_generate);
        if (!parsed.GetValue(_quiet)) SayMemory(model, Math.Min(ids.Count + most, model.MostPositions));
        if (logits is not null) WriteLogits(model, ids, logits);
        if (most > 0) Generate(model, ids, most, parsed);
        return ExitCode.Ran;
    }

    private void WriteLogits(Transformer model, IReadOnlyList<int> ids, string file)
    {
        OutputFiles.Write(file, partial =>
        {
            using var stream = File.Create(partial);
            TokenFiles.WriteLogits(model, ids, stream, Around.Cancel);
        });
        Around.Out.WriteLine($"{SafeText.Escape(file)} ({ids.Count} x {model.Vocabulary} scores, {TextNumbers.Bytes(new FileInfo(file).Length)})");
    }

    private void Generate(Transformer model, IReadOnlyList<int> ids, int most, ParseResult parsed)
    {
        var sampler = new Sampler(new()
        {
            Temperature = parsed.GetValue(_temperature),
            TopK = parsed.GetValue(_topK),
            TopP = parsed.GetValue(_topP),
            Seed = parsed.GetValue(_seed),
        });
        var start = Around.Clock.GetTimestamp();
        var drawn = new List<int>();
        foreach (var token in Generator.Continue(model.Start(ids.Count + most), ids, most, sampler, model.Ends, Around.Cancel)) drawn.Add(token);
        Around.Out.WriteLine($"[{string.Join(", ", drawn)}]");
        var seconds = Around.Clock.GetElapsedTime(start).TotalSeconds;
        if (!parsed.GetValue(_quiet))
            Around.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{drawn.Count} tokens after {ids.Count} in {seconds:0.0} s{(drawn.Count < most ? "; the model ended the text" : "")}."));
    }

    private void SayMemory(Transformer model, int tokens) => Around.Error.WriteLine(
        $"The weights stay in their files ({TextNumbers.Bytes(model.WeightBytes)}, mapped into memory); the past of {TextNumbers.Count(tokens)} tokens takes {TextNumbers.Bytes(model.CacheBytes(tokens))}.");
}
