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
            var text = name.EndsWith(".jinja", StringComparison.Ordinal)
                ? Encoding.UTF8.GetString(CompanionFile.Read(folder, name, CompanionFile.MostBytes, FaultCode.TokenizerInvalid))
                : FromJson(folder, name);
            if (text is not null) return new(name, text);
        }

        return null;
    }

    /// <summary>The template that a weight file carries itself.</summary>
    /// <returns>Null when there is none.</returns>
    public static ChatTemplateText? Of(StoredVocabulary stored) => stored.ChatTemplate is { Length: > 0 } text ? new(stored.File, text) : null;

    private static string? FromJson(string folder, string name)
    {
        using var document = CompanionFile.ReadJson(folder, name, FaultCode.TokenizerInvalid);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root) return null;
        try
        {
            var settings = new JsonPart(name, "root", root);
            if (settings.Find("chat_template") is not { } value) return null;
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            var named = settings.Parts("chat_template");
            return named.Count == 0 ? null : named.FirstOrDefault(part => part.Text("name") == "default", named[0]).Text("template");
        }
        catch (InvalidOperationException e)
        {
            throw TokenTableBuilder.Invalid(name, null, e.Message, "settings in JSON", e);
        }
    }
}
