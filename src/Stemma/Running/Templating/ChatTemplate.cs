using System.Text;
using System.Text.Json;
using Stemma.Anatomy.Tokenizers;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Running.Tokenizing.Files;

namespace Stemma.Running.Templating;

/// <summary>
/// Turns a conversation into the text that a model was trained to go on with. Chat templates are programs in Jinja, written by strangers; Stemma runs the part of Jinja
/// that they use, within bounds of steps, depth and characters, and refuses the rest by name and line. A template sees nothing but the messages: no clock, no files.
/// </summary>
public sealed class ChatTemplate
{
    private const int MostCharacters = 1 << 20;

    private readonly IReadOnlyList<Statement> _body;
    private readonly IReadOnlyDictionary<string, string> _tokens;

    private ChatTemplate(string source, string text, IReadOnlyDictionary<string, string> tokens)
    {
        if (text.Length > MostCharacters) throw TemplateFault.TooLong(source, 1, $"{text.Length} characters, allowed are {MostCharacters}");
        (Source, Text, _tokens) = (source, text, tokens);
        _body = TemplateParser.Parse(source, text);
    }

    /// <summary>The file it was read from.</summary>
    public string Source { get; }

    /// <summary>The template as written.</summary>
    public string Text { get; }

    /// <summary>The template of a model: the one that a weight file carries itself (GGUF), else the one that stands beside the weights.</summary>
    /// <param name="path">A model's folder or weight file.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException">As <see cref="Open"/>; or the weight file cannot be read.</exception>
    public static ChatTemplate? OfModel(string path) =>
        StoredTokenizer.With(path, stored => ChatTemplateText.Of(stored) is { } found ? new ChatTemplate(found.Source, found.Text, SpecialTokens(stored)) : null) ?? Open(CompanionFile.FolderOf(path));

    /// <summary>The template of a folder: chat_template.jinja, else tokenizer_config.json, else chat_template.json; of several templates the one named <c>default</c>.</summary>
    /// <param name="folder">A model's folder.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/>, <see cref="FaultCode.TemplateInvalid"/> or <see cref="FaultCode.TemplateUnsupported"/>.</exception>
    public static ChatTemplate? Open(string? folder)
    {
        if (ChatTemplateText.Of(folder) is not { } found) return null;
        return new(found.Source, found.Text, SpecialTokens(folder!));
    }

    /// <summary>A template given as text.</summary>
    /// <param name="source">How faults call it.</param>
    /// <param name="text">The template.</param>
    /// <param name="specialTokens">Names such as <c>bos_token</c> and what they stand for.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TemplateInvalid"/> or <see cref="FaultCode.TemplateUnsupported"/>.</exception>
    public static ChatTemplate Parse(string source, string text, IReadOnlyDictionary<string, string>? specialTokens = null) => new(source, text, specialTokens ?? new Dictionary<string, string>());

    /// <summary>The text of a conversation.</summary>
    /// <param name="messages">The turns in order.</param>
    /// <param name="addGenerationPrompt">End with what begins the model's own turn.</param>
    /// <param name="variables">Further names that the template may read, for example <c>tools</c> or <c>enable_thinking</c>.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TemplateInvalid"/>, <see cref="FaultCode.TemplateUnsupported"/>, <see cref="FaultCode.TemplateTooLong"/>, or
    /// <see cref="FaultCode.TemplateRefused"/> when the template itself refuses the messages.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, JsonElement>? variables = null)
    {
        var scope = new Scope(TemplateGlobals.Scope());
        foreach (var (name, text) in _tokens) scope.Set(name, text);
        foreach (var (name, value) in variables ?? new Dictionary<string, JsonElement>()) scope.Set(name, TemplateValues.Of(value));
        scope.Set("messages", messages.Select(Message).ToList());
        scope.Set("add_generation_prompt", addGenerationPrompt);
        return new TemplateRun(Source).Render(_body, scope);
    }

    private static object? Message(ChatMessage message)
    {
        var map = new TemplateMap { ["role"] = message.Role, ["content"] = message.Content };
        foreach (var (name, value) in message.More) map[name] = TemplateValues.Of(value);
        return map;
    }

    private static Dictionary<string, string> SpecialTokens(string folder)
    {
        var config = TokenizerConfig.Read(folder);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        if (config.BeginningOfText is { } first) tokens["bos_token"] = first;
        if (config.EndOfText is { } last) tokens["eos_token"] = last;
        return tokens;
    }

    private static Dictionary<string, string> SpecialTokens(StoredVocabulary stored)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (ReadOnlySpan<string>)["bos_token", "eos_token"])
            if (StoredTokenizer.Number(stored, $"{name}_id") is { } id && id < stored.Tokens.Count) tokens[name] = Encoding.UTF8.GetString(stored.Tokens[id]);
        return tokens;
    }
}
