using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing;

/// <summary>
/// A model's tokenizer: text to token ids and back, exactly as the files beside the weights say. What a file asks for and Stemma cannot do is refused by name.
/// </summary>
public sealed class TextTokenizer
{
    private readonly TokenizerPlan _plan;
    private readonly AddedTokenSplitter _raw;
    private readonly AddedTokenSplitter _rawPlain;
    private readonly AddedTokenSplitter _normalized;
    private readonly AddedTokenSplitter _normalizedPlain;

    internal TextTokenizer(TokenizerPlan plan)
    {
        _plan = plan;
        var (raw, normalized) = (plan.Added.Where(token => !token.Normalized).ToArray(), plan.Added.Where(token => token.Normalized).ToArray());
        _raw = new(raw, content => content);
        _rawPlain = new(raw.Where(token => !token.Special), content => content);
        _normalized = new(normalized, plan.Normalize);
        _normalizedPlain = new(normalized.Where(token => !token.Special), plan.Normalize);
    }

    /// <summary>The file it was read from, for example <c>tokenizer.json</c>.</summary>
    public string Source => _plan.Source;

    /// <summary><c>bpe</c>, <c>unigram</c>, <c>wordpiece</c> or <c>wordlevel</c>.</summary>
    public string Kind => _plan.Kind;

    /// <summary>Ids are below this.</summary>
    public int Size => _plan.Spellings.Count;

    /// <summary>Tokens that are found in the text before it is cut.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _plan.Added;

    /// <summary>The token before a text, where the files name one.</summary>
    public int? BeginningOfText => _plan.BeginningOfText;

    /// <summary>The token that ends a text, where the files name one.</summary>
    public int? EndOfText => _plan.EndOfText;

    /// <summary>What the files left open and was assumed.</summary>
    public IReadOnlyList<Notice> Notices => _plan.Notices;

    /// <summary>
    /// Opens the tokenizer of a folder. Of several files the first counts: tokenizer.json, tokenizer.model (SentencePiece, or tiktoken's lines under that name), vocab.json
    /// with or without merges.txt, vocab.txt, *.tiktoken; tokenizer_config.json adds what it says.
    /// </summary>
    /// <param name="folder">A model's folder.</param>
    /// <returns>Null when there is no tokenizer.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/>, <see cref="FaultCode.TokenizerUnsupported"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static TextTokenizer? Open(string? folder) => Files.FolderTokenizer.Open(folder);

    /// <summary>Opens the tokenizer of a model: the one that a weight file carries itself (GGUF), else that of the folder.</summary>
    /// <param name="path">A model's folder or weight file.</param>
    /// <returns>Null when there is no tokenizer.</returns>
    /// <exception cref="StemmaException">As <see cref="Open"/>; or the weight file cannot be read.</exception>
    public static TextTokenizer? OfModel(string path) =>
        Files.StoredTokenizer.With(path, stored => Files.StoredTokenizer.Parts(stored) is { } parts ? Of(parts) : null) ?? Open(CompanionFile.FolderOf(path));

    /// <summary>A tokenizer from the tables that a file of weights carries (GGUF).</summary>
    /// <param name="parts">The tables.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.TokenizerUnsupported"/>.</exception>
    public static TextTokenizer Of(TokenizerParts parts) => Files.PartsTokenizer.Open(parts);

    /// <summary>Cuts a text into tokens.</summary>
    /// <param name="text">The text; half surrogate pairs are read as U+FFFD.</param>
    /// <param name="addSpecialTokens">Set the tokens around it that the model expects around a text.</param>
    /// <param name="readSpecialTokens">Control tokens spelled in the text are read as such; false for text of strangers.</param>
    /// <returns>The ids, each at least 0 and below <see cref="Size"/>.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TextNotEncodable"/> when the vocabulary has no way to write it, <see cref="FaultCode.TokenizerTooSlow"/> for a hostile pattern.</exception>
    public int[] Encode(string text, bool addSpecialTokens = false, bool readSpecialTokens = true)
    {
        var ids = new List<int>();
        if (addSpecialTokens) ids.AddRange(_plan.Before);
        foreach (var (part, token) in (readSpecialTokens ? _raw : _rawPlain).Split(new(Whole(text), AtStart: true)))
        {
            if (token is null) EncodePart(part, readSpecialTokens, ids);
            else ids.Add(token.Id);
        }

        if (addSpecialTokens) ids.AddRange(_plan.After);
        return [.. ids];
    }

    /// <summary>The text that tokens stand for; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Control tokens are left out instead of spelled.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenUnknown"/> for an id that is no token.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var decoding = StartDecoding(skipSpecialTokens);
        var text = new System.Text.StringBuilder();
        foreach (var id in ids) text.Append(decoding.Add(id));
        return text.Append(decoding.Finish()).ToString();
    }

    /// <summary>Decodes token by token: what it has given so far never changes, and half a character is held back until it is whole.</summary>
    /// <param name="skipSpecialTokens">Control tokens are left out instead of spelled.</param>
    public StreamingDecoder StartDecoding(bool skipSpecialTokens = false) => new(_plan, skipSpecialTokens);

    /// <summary>The rank of the merge that makes a token, smaller first; null for tokens that no merge makes and for tokenizers without merges.</summary>
    public double? MergeRank(int id) => _plan.Model.MergeRank(id);

    /// <summary>The id of a token as the vocabulary spells it; null when it has none.</summary>
    public int? Find(string spelling) => _plan.Find(spelling);

    private void EncodePart(TextPiece part, bool readSpecialTokens, List<int> ids)
    {
        var normal = part with { Text = _plan.Normalize(part.Text) };
        foreach (var (inner, token) in (readSpecialTokens ? _normalized : _normalizedPlain).Split(normal))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                continue;
            }

            foreach (var piece in _plan.PreTokenize(inner))
            {
                if (piece.Text.Length > 0) _plan.Model.Encode(piece.Text, ids);
            }
        }
    }

    private static string Whole(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes().Select(rune => rune.ToString())) : text;
}
