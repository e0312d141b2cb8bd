using System.Text;
using System.Text.Json;

namespace Stemma.Auditing.Sources;

/// <summary>What settings say of where a model comes from: names of models, of classes, and paths of somebody's machine.</summary>
internal static class SettingMentions
{
    private const int MostDepth = 64, MostMentions = 1_000, LongestValue = 400;
    private static readonly string[] Origins = ["_name_or_path", "base_model", "base_model_name_or_path", "teacher_model", "parent_model", "init_from", "model_name_or_path", "best_model_checkpoint", "resume_from_checkpoint"];
    private static readonly string[] Names = ["architectures", "model_type", "tokenizer_class", "processor_class", "auto_map"];

    /// <summary>The mentions of a JSON file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">Why the rest was not read; empty when all was.</param>
    public static IReadOnlyList<Mention> Of(SourceFile file, out string problem)
    {
        problem = "";
        var found = new List<Mention>();
        if (!file.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return found;
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', file.Lines));
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MostDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var (keys, line, counted) = (new Stack<string>(), 1, 0);
        try
        {
            while (reader.Read() && found.Count < MostMentions)
            {
                var start = (int)reader.TokenStartIndex;
                line += bytes.AsSpan(counted, start - counted).Count((byte)'\n');
                counted = start;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray: keys.Push(keys.TryPeek(out var outer) ? outer : ""); break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray: keys.Pop(); break;
                    case JsonTokenType.PropertyName:
                        // Inside auto_map the keys are general ('AutoModel'): what counts is that the values stand there.
                        if (keys.Count < 2 || keys.ElementAt(1) != "auto_map")
                        {
                            keys.Pop();
                            keys.Push(reader.GetString()!);
                        }

                        break;
                    case JsonTokenType.String: found.AddRange(Value(keys.Peek(), reader.GetString()!, new(file.Name, line))); break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = "no valid JSON from some line on; names in the rest were not looked for";
        }

        return found;
    }

    private static IEnumerable<Mention> Value(string key, string value, AuditPlace place)
    {
        if (value.Length is 0 or > LongestValue) yield break;
        var families = Names.Contains(key) && KnownFamilies.OfClass(value) is { } family ? [family] : Names.Contains(key) && IsGeneric(value) ? [] : KnownFamilies.InName(value).ToList();
        if (Origins.Contains(key)) yield return new(MentionKind.Origin, value, place, key) { Families = families };
        else if (key == "auto_map" && value.Contains("--", StringComparison.Ordinal)) yield return new(MentionKind.Origin, value[..value.IndexOf("--", StringComparison.Ordinal)], place, key) { Families = families };
        else if (Names.Contains(key) && families.Count > 0) yield return new(MentionKind.FamilyName, value, place, key) { Families = families };
        else if (IsPath(value)) yield return new(MentionKind.Path, value, place, key) { Families = families };
    }

    private static bool IsGeneric(string value) => value.EndsWith("Tokenizer", StringComparison.Ordinal) || value.EndsWith("TokenizerFast", StringComparison.Ordinal);

    private static bool IsPath(string value) =>
        (value.StartsWith('/') && value.AsSpan(1).Contains('/') && !value.Contains(' ')) || (value.Length > 3 && char.IsAsciiLetter(value[0]) && value[1] == ':' && value[2] is '\\' or '/' && value.Contains('\\'));
}
