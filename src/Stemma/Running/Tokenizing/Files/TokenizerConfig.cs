using System.Text.Json;
using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say beside the vocabulary.</summary>
internal sealed record TokenizerConfig
{
    /// <summary>The class that the file's maker used, for example <c>Qwen2Tokenizer</c>.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary>The token before a text.</summary>
    public string? BeginningOfText { get; init; }

    /// <summary>The token that ends a text.</summary>
    public string? EndOfText { get; init; }

    /// <summary>Set the first before a text; null when not said.</summary>
    public bool? AddBeginning { get; init; }

    /// <summary>Set the second after it; null when not said.</summary>
    public bool? AddEnd { get; init; }

    /// <summary>WordPiece: lower case first.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>Tokens beside the vocabulary's.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Reads what there is; an empty one where there is nothing.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static TokenizerConfig Read(string folder)
    {
        var config = new TokenizerConfig();
        foreach (var name in new[] { "special_tokens_map.json", "tokenizer_config.json" })
        {
            using var document = CompanionFile.ReadJson(folder, name, FaultCode.TokenizerInvalid);
            if (document is null) continue;
            try
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object) throw TokenTableBuilder.Invalid(name, 0, document.RootElement.ValueKind.ToString(), "an object");
                config = config.With(new(name, "root", document.RootElement));
            }
            catch (InvalidOperationException e)
            {
                throw TokenTableBuilder.Invalid(name, null, e.Message, "settings in JSON", e);
            }
        }

        return config;
    }

    private TokenizerConfig With(JsonPart part) => this with
    {
        TokenizerClass = part.Text("tokenizer_class") ?? TokenizerClass,
        BeginningOfText = Token(part, "bos_token") ?? BeginningOfText,
        EndOfText = Token(part, "eos_token") ?? EndOfText,
        AddBeginning = part.Find("add_bos_token") is null ? AddBeginning : part.Flag("add_bos_token", false),
        AddEnd = part.Find("add_eos_token") is null ? AddEnd : part.Flag("add_eos_token", false),
        Lowercase = part.Flag("do_lower_case", Lowercase),
        Added = part.Part("added_tokens_decoder") is { } tokens ? [.. tokens.Element.EnumerateObject().Select(entry => Entry(tokens, entry))] : Added,
    };

    private static AddedToken Entry(JsonPart tokens, JsonProperty entry)
    {
        if (!int.TryParse(entry.Name, out var id) || id is < 0 or >= TokenTableBuilder.MostIds || entry.Value.ValueKind != JsonValueKind.Object)
            throw TokenTableBuilder.Invalid(tokens.Source, null, $"added_tokens_decoder: '{entry.Name}'", "an id and a token");
        var part = tokens with { Element = entry.Value };
        return new(part.Text("content") ?? throw part.Wrong("content", "a text"), id)
        {
            Special = part.Flag("special", false),
            SingleWord = part.Flag("single_word", false),
            LeftStrip = part.Flag("lstrip", false),
            RightStrip = part.Flag("rstrip", false),
            Normalized = part.Flag("normalized", false),
        };
    }

    /// <summary>A token given as text or as an object with its content.</summary>
    private static string? Token(JsonPart part, string name) => part.Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } => part.Part(name)!.Value.Text("content"),
        _ => null,
    };
}
