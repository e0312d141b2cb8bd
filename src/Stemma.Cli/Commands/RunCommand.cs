using System.CommandLine;
using System.Globalization;
using System.Text;
using Stemma.Cli.Commands.Deriving;
using Stemma.Foundation;
using Stemma.Reporting;
using Stemma.Running;
using Stemma.Running.Templating;
using Stemma.Running.Tokenizing;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma run MODEL</c>: lets a model compute, on this machine, from its files as they are.</summary>
internal sealed class RunCommand : Verb
{
    private const int UsualLength = 100;

    private readonly Argument<string[]> _models = SharedOptions.Models(1, "A folder with weights and config.json, or a GGUF file.");
    private readonly Option<bool> _chat = new("--chat") { Description = "The text is a question: put it to the model in the form of conversation that it was trained on." };
    private readonly Option<string?> _ids = new("--ids") { Description = "A file with the text as token ids: a JSON array, for example [1, 15043].", HelpName = "FILE" };
    private readonly Option<string?> _prompt = new("--prompt") { Description = "The text itself; the model's own tokenizer cuts it, and the continuation is printed as text.", HelpName = "TEXT" };
    private readonly Option<string?> _logits = new("--logits") { Description = "Write the scores of every token of the vocabulary after each token of the text: safetensors, tensor 'logits', F32 [tokens, vocabulary].", HelpName = "OUT.safetensors" };
    private readonly Option<int> _generate = DeriveOptions.Whole("--generate", $"Continue the text by at most so many tokens; after --prompt {UsualLength} unless said otherwise.", otherwise: 0, least: 0);
    private readonly Option<double> _temperature = DeriveOptions.Real("--temperature", "How freely tokens are drawn: 0 always takes the likeliest, 1 draws by the model's own probabilities.", "T", 0, 0, 100);
    private readonly Option<int> _topK = DeriveOptions.Whole("--top-k", "Draw among so many of the likeliest tokens only; 0 is all.", otherwise: 0, least: 0);
    private readonly Option<double> _topP = DeriveOptions.Real("--top-p", "Draw among the likeliest tokens that have this probability together.", "P", 1, 0, 1);
    private readonly Option<ulong> _seed = DeriveOptions.Seed();
    private readonly Option<bool> _quiet = SharedOptions.Quiet();

    public RunCommand(Surroundings around)
        : base(around, "run", "Let a model compute: the scores of a text, or its continuation. Nothing leaves this machine.")
    {
        _seed.Description = "Seed of what is drawn; the same seed draws the same tokens.";
        AddModels(_models, 1, "run wants a model: stemma run MODEL --prompt TEXT.");
        foreach (var option in new Option[] { _prompt, _chat, _ids, _logits, _generate, _temperature, _topK, _topP, _seed, _quiet }) Add(option);
        Validators.Add(result =>
        {
            var (text, ids) = (result.GetResult(_prompt) is not null, result.GetResult(_ids) is not null);
            if (text == ids) result.AddError("run wants one text: --prompt TEXT or --ids FILE.");
            else if (ids && result.GetResult(_logits) is null && result.GetResult(_generate) is null or { Implicit: true }) result.AddError("run wants something to do: --logits OUT.safetensors or --generate N.");
        });
    }

    public override string Synopsis => "stemma run MODEL --prompt TEXT | --ids FILE [options]";

    public override IReadOnlyList<string> Examples =>
    [
        "stemma run examples/parent --prompt \"The file is\" --generate 40",
        "stemma run examples/parent --prompt \"The file is\" --temperature 0.8 --top-p 0.95 --seed 7",
        "stemma run examples/parent --ids examples/ids.json --generate 20",
        "stemma run examples/parent --ids examples/ids.json --logits logits.safetensors",
    ];

    protected override ExitCode Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_models)![0];
        ModelNames.CheckExist([path]);
        var logits = parsed.GetValue(_logits);
        if (logits is not null) OutputFiles.CheckReportPlace(logits);
        var prompt = parsed.GetValue(_prompt);
        using var model = Around.Engine.OpenTransformer(path);
        var tokenizer = prompt is null ? null : Tokenizer(path);
        var ids = prompt is null ? TokenFiles.ReadIds(parsed.GetValue(_ids)!) : Tokens(tokenizer!, path, prompt, parsed.GetValue(_chat));
        var most = parsed.GetResult(_generate) is null or { Implicit: true } && logits is null ? UsualLength : parsed.GetValue(_generate);
        if (!parsed.GetValue(_quiet)) SayMemory(model, Math.Min(ids.Count + most, model.MostPositions));
        if (logits is not null) WriteLogits(model, ids, logits);
        if (most > 0) Generate(model, ids, most, tokenizer, parsed);
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

    /// <summary>Ids in one line of JSON at the end, or text as it comes.</summary>
    private void Generate(Transformer model, IReadOnlyList<int> ids, int most, TextTokenizer? tokenizer, ParseResult parsed)
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
        var decoding = tokenizer?.StartDecoding(skipSpecialTokens: true);
        foreach (var token in Generator.Continue(model.Start(ids.Count + most), ids, most, sampler, model.EndsWith(tokenizer), Around.Cancel))
        {
            drawn.Add(token);
            if (decoding is not null) Say(decoding.Add(token));
        }

        if (decoding is not null) Say(decoding.Finish());
        Around.Out.WriteLine(decoding is null ? $"[{string.Join(", ", drawn)}]" : "");
        var seconds = Around.Clock.GetElapsedTime(start).TotalSeconds;
        if (!parsed.GetValue(_quiet))
            Around.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{drawn.Count} tokens after {ids.Count} in {seconds:0.0} s{(drawn.Count < most ? "; the model ended the text" : "")}."));
    }

    /// <summary>A model's words are a stranger's: nothing in them may steer the terminal.</summary>
    private void Say(string text)
    {
        Around.Out.Write(string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) && rune.Value is not ('\n' or '\t') ? "\uFFFD" : rune.ToString())));
        Around.Out.Flush();
    }

    private static int[] Tokens(TextTokenizer tokenizer, string path, string prompt, bool chat)
    {
        if (!chat) return tokenizer.Encode(prompt, addSpecialTokens: true);
        var template = ChatTemplate.OfModel(path)
            ?? throw new StemmaException(FaultCode.NoChatTemplate, path, null, "no chat template stands beside the weights", "chat_template.jinja, or one in tokenizer_config.json", "Leave --chat away");
        return tokenizer.Encode(template.Render([new("user", prompt)]));
    }

    private static TextTokenizer Tokenizer(string path)
    {
        return TextTokenizer.OfModel(path)
            ?? throw new StemmaException(FaultCode.NoTokenizer, path, null, "no tokenizer stands in the weight file or beside it", "tokenizer.json, tokenizer.model or another one", "Give the text as token ids: --ids FILE");
    }

    private void SayMemory(Transformer model, int tokens) => Around.Error.WriteLine(
        $"The weights stay in their files ({TextNumbers.Bytes(model.WeightBytes)}, mapped into memory); the past of {TextNumbers.Count(tokens)} tokens takes {TextNumbers.Bytes(model.CacheBytes(tokens))}.");
}
