using Stemma.Foundation;
using Stemma.Running.Templating;
using Stemma.Running.Tokenizing;

namespace Stemma.Running.Answering;

/// <summary>A model whose weights are at hand, run on this machine.</summary>
public sealed class LocalModel : IAnsweringModel
{
    private readonly Transformer _model;
    private readonly TextTokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly IReadOnlyList<int> _ends;

    private LocalModel(Transformer model, TextTokenizer tokenizer, ChatTemplate? template)
    {
        (_model, _tokenizer, _template) = (model, tokenizer, template);
        _ends = model.EndsWith(tokenizer);
    }

    /// <inheritdoc/>
    public string Manner(bool conversation) => "run on this machine" + (conversation, _template) switch
    {
        (false, _) => "",
        (true, { } template) => $"; questions are put in the form of conversation of {template.Source}",
        _ => "; no chat template stands beside the weights, so a question is a line of plain text that the model goes on with",
    };

    /// <summary>Opens one.</summary>
    /// <param name="path">A folder with weights, config.json and a tokenizer, or a GGUF file beside them.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.NoTokenizer"/>, or the model cannot be run.</exception>
    public static LocalModel Open(string path)
    {
        var tokenizer = TextTokenizer.OfModel(path)
            ?? throw new StemmaException(FaultCode.NoTokenizer, path, null, "no tokenizer stands in the weight file or beside it", "tokenizer.json, tokenizer.model or another one", "Put the model's tokenizer into the folder");
        var template = ChatTemplate.OfModel(path);
        return new(Transformer.Open(path), tokenizer, template);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Answer(TextRequest request, CancellationToken cancel)
    {
        var ids = Ids(request);
        var most = Math.Min(request.MostTokens, Math.Max(1, _model.MostPositions - ids.Length));
        var run = _model.Start(ids.Length + most);
        var drafts = Enumerable.Range(0, request.Samples).Select(sample => new Draft(new Sampler(new() { Temperature = request.Temperature, Seed = SeededHash.Mix(request.Seed, (ulong)sample) }))).ToList();
        Branch(run, run.Next(ids, cancel), drafts, most, cancel);
        return [.. drafts.Select(draft => _tokenizer.Decode([.. draft.Tokens], skipSpecialTokens: true))];
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Draws the next token of every draft; those that drew the same go on together, so that what they have in common is computed once.</summary>
    private void Branch(Run run, float[] logits, IReadOnlyList<Draft> drafts, int most, CancellationToken cancel)
    {
        var length = run.Length;
        foreach (var together in drafts.GroupBy(draft => draft.Sampler.Draw(logits)).Where(group => !_ends.Contains(group.Key)).ToList())
        {
            foreach (var draft in together) draft.Tokens.Add(together.Key);
            if (most == 1) continue;
            run.Rewind(length);
            Branch(run, run.Next([together.Key], cancel), [.. together], most - 1, cancel);
        }
    }

    private int[] Ids(TextRequest request)
    {
        if (!request.Conversation) return _tokenizer.Encode(request.Text, addSpecialTokens: true, readSpecialTokens: false);
        return _template is null
            ? _tokenizer.Encode(request.Text + "\n", addSpecialTokens: true, readSpecialTokens: false)
            : _tokenizer.Encode(_template.Render([new("user", request.Text)]));
    }

    /// <summary>One answer on its way.</summary>
    private sealed record Draft(Sampler Sampler)
    {
        public List<int> Tokens { get; } = [];
    }
}
