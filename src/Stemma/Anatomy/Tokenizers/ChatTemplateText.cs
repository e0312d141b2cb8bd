using System.Text;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>The template of conversations that comes with a model, as text. It is a program written by strangers; here nobody runs it.</summary>
/// <param name="Source">The file it stands in.</param>
/// <param name="Text">The template.</param>
internal sealed record ChatTemplateText(string Source, string Text)
{
    private const int MostBytes = 16 << 20, Depth = 64;

    private static readonly string[] Places = ["chat_template.jinja", "tokenizer_config.json", "chat_template.json"];

    /// <summary>The template of a folder: chat_template.jinja, else tokenizer_config.json, else chat_template.json; of several templates the one named <c>default</c>.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.TokenizerInvalid"/> or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static ChatTemplateText? Of(string? folder)
    {
        if (folder is null || !Directory.Exists(folder)) return null;
        foreach (var name in Places)
        {
            if (!CompanionFile.Exists(folder, name)) continue;
            var bytes = CompanionFile.Read(folder, name, MostBytes, FaultCode.TokenizerInvalid);
            if ((name.EndsWith(".jinja", StringComparison.Ordinal) ? Encoding.UTF8.GetString(bytes) : FromJson(name, bytes)) is { } text) return new(name, text);
        }

        return null;
    }

    /// <summary>The template that a weight file carries itself.</summary>
    /// <returns>Null when there is none.</returns>
    public static ChatTemplateText? Of(StoredVocabulary stored) => stored.ChatTemplate is { Length: > 0 } text ? new(stored.File, text) : null;

    private static string? FromJson(string name, byte[] bytes)
    {
        try
        {
            using var document = StrangersJson.Parse(bytes, Depth);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var settings = new JsonPart(name, "root", document.RootElement);
            if (settings.Find("chat_template") is not { } value) return null;
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            var named = settings.Parts("chat_template");
            return named.Count == 0 ? null : named.FirstOrDefault(part => part.Text("name") == "default", named[0]).Text("template");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw TokenTableBuilder.Invalid(name, null, e.Message, "settings in JSON", e);
        }
    }
}
