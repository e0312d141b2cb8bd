using System.Text;
using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Anatomy.Tokenizers;
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
    private static readonly string[] Places = ["chat_template.jinja", "tokenizer_config.json", "chat_template.json"];

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

    /// <summary>The template that stands beside a model's weights.</summary>
    /// <param name="path">A model's folder or weight file.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException">As <see cref="Open"/>.</exception>
    public static ChatTemplate? OfModel(string path) => Open(CompanionFile.FolderOf(path));

    /// <summary>The template of a folder: chat_template.jinja, else tokenizer_config.json, else chat_template.json; of several templates the one named <c>default</c>.</summary>
    /// <param name="folder">A model's folder.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/>, <see cref="FaultCode.TemplateInvalid"/> or <see cref="FaultCode.TemplateUnsupported"/>.</exception>
    public static ChatTemplate? Open(string? folder)
    {
        if (Find(folder) is not { } found) return null;
        return new(found.Source, found.Text, SpecialTokens(folder!));
    }

    /// <summary>A template given as text.</summary>
    /// <param name="source">How faults call it.</param>
    /// <param name="text">The template.</param>
    /// <param name="specialTokens">Names such as <c>bos_token</c> and what they stand for.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.TemplateInvalid"/> or <see cref="FaultCode.TemplateUnsupported"/>.</exception>
    public static ChatTemplate Parse(string source, string text, IReadOnlyDictionary<string, string>? specialTokens = null) => new(source, text, specialTokens ?? new Dictionary<string, string>());

    /// <summary>The text of a folder's template, unparsed; null when there is none.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/>.</exception>
    public static (string Source, string Text)? Find(string? folder)
    {
        if (folder is null || !Directory.Exists(folder)) return null;
        foreach (var name in Places)
        {
            if (!CompanionFile.Exists(folder, name)) continue;
            var bytes = CompanionFile.Read(folder, name, TokenizerConfig.MostBytes, FaultCode.TokenizerInvalid);
            if ((name.EndsWith(".jinja", StringComparison.Ordinal) ? Encoding.UTF8.GetString(bytes) : FromJson(name, bytes)) is { } text) return (name, text);
        }

        return null;
    }

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

    private static string? FromJson(string name, byte[] bytes)
    {
        try
        {
            using var document = StrangersJson.Parse(bytes, 64);
            if (document.RootElement.ValueKind != JsonValueKind.Object || new JsonPart(name, "root", document.RootElement).Find("chat_template") is not { } value) return null;
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            var named = new JsonPart(name, "root", document.RootElement).Parts("chat_template");
            if (named.Count == 0) return null;
            var chosen = named.FirstOrDefault(part => part.Text("name") == "default");
            return (chosen.Source is null ? named[0] : chosen).Text("template");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw TokenTableBuilder.Invalid(name, null, e.Message, "settings in JSON", e);
        }
    }

    private static Dictionary<string, string> SpecialTokens(string folder)
    {
        var config = TokenizerConfig.Read(folder);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        if (config.BeginningOfText is { } first) tokens["bos_token"] = first;
        if (config.EndOfText is { } last) tokens["eos_token"] = last;
        return tokens;
    }
}
