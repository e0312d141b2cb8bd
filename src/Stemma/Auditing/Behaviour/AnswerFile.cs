using System.Text.Encodings.Web;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Auditing.Behaviour;

/// <summary>
/// Answers as JSON lines, the form of docs/behaviour.md: an object for each prompt with <c>prompt</c>, and <c>next</c> (text) or <c>samples</c> (texts) or both; other fields are
/// not read. A first line with <c>schema</c> may say how the model was asked.
/// </summary>
public static class AnswerFile
{
    /// <summary>Name and version of the form.</summary>
    public const string Schema = "stemma.answers/1";

    /// <summary>What such files end with.</summary>
    public const string Ending = ".jsonl";

    private const int MostBytes = 256 << 20, MostPrompts = 200_000, MostSamples = 10_000, MostDepth = 16;
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">How the report calls the model.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.AnswersInvalid"/> with the line's place in the file.</exception>
    public static ModelAnswers Read(string path, string name)
    {
        if (!File.Exists(path)) throw new StemmaException(FaultCode.NotFound, path, null, "no such file", "", "Check the path");
        var bytes = CompanionFile.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path), MostBytes, FaultCode.AnswersInvalid);
        var (answers, seen, manner) = (new List<PromptAnswers>(), new HashSet<string>(StringComparer.Ordinal), "answers from a file");
        for (var start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            var line = bytes.AsMemory(start, length < 0 ? bytes.Length - start : length);
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                using var document = Parse(line, path, start);
                if (answers.Count == 0 && document.RootElement.TryGetProperty("schema", out var schema))
                {
                    if (schema.ValueKind != JsonValueKind.String || schema.GetString() != Schema) throw Invalid(path, start, "another form of file", $"the schema {Schema}");
                    if (document.RootElement.TryGetProperty("manner", out var how) && how.ValueKind == JsonValueKind.String) manner = how.GetString()!;
                }
                else
                {
                    var answer = Answer(document.RootElement, path, start);
                    if (!seen.Add(answer.Prompt)) throw Invalid(path, start, $"the prompt '{SafeText.Escape(answer.Prompt)}' a second time", "each prompt once");
                    answers.Add(answer);
                    if (answers.Count > MostPrompts) throw Invalid(path, start, $"more than {MostPrompts} prompts", $"at most {MostPrompts}");
                }
            }

            start += line.Length + 1;
        }

        return answers.Count > 0 ? new(name, manner, answers) : throw Invalid(path, 0, "no answers", "one object for each prompt");
    }

    /// <summary>Writes the same form; the same answers give the same bytes.</summary>
    public static void Write(ModelAnswers answers, Stream stream)
    {
        Line(stream, json =>
        {
            json.WriteString("schema", Schema);
            json.WriteString("model", answers.Name);
            json.WriteString("manner", answers.Manner);
        });
        foreach (var one in answers.Answers)
        {
            Line(stream, json =>
            {
                json.WriteString("prompt", one.Prompt);
                if (one.Next is { } next) json.WriteString("next", next);
                if (one.Samples.Count == 0) return;
                json.WriteStartArray("samples");
                foreach (var sample in one.Samples) json.WriteStringValue(sample);
                json.WriteEndArray();
            });
        }
    }

    private static void Line(Stream stream, Action<Utf8JsonWriter> fields)
    {
        using (var json = new Utf8JsonWriter(stream, Plain))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> line, string path, long offset)
    {
        try
        {
            var document = StrangersJson.Parse(line, MostDepth);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw Invalid(path, offset, $"a JSON {document.RootElement.ValueKind}", "an object on each line");
        }
        catch (JsonException e)
        {
            throw new StemmaException(Invalid(path, offset, "a line that is no JSON", "an object on each line").Fault, e);
        }
    }

    private static PromptAnswers Answer(JsonElement line, string path, long offset)
    {
        var prompt = Text(line, "prompt", path, offset) ?? throw Invalid(path, offset, "a line without 'prompt'", "prompt, and next or samples");
        var next = Text(line, "next", path, offset);
        var samples = new List<string>();
        if (line.TryGetProperty("samples", out var list) && list.ValueKind != JsonValueKind.Null)
        {
            if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostSamples || list.EnumerateArray().Any(one => one.ValueKind != JsonValueKind.String)) throw Invalid(path, offset, "samples of another form", $"a list of at most {MostSamples} texts");
            samples.AddRange(list.EnumerateArray().Select(one => one.GetString()!));
        }

        return next is null && samples.Count == 0 ? throw Invalid(path, offset, "a prompt without answer", "prompt, and next or samples") : new(prompt, next, samples);
    }

    private static string? Text(JsonElement line, string name, string path, long offset)
    {
        if (!line.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Invalid(path, offset, $"'{name}' that is no text", "text");
    }

    private static StemmaException Invalid(string path, long offset, string found, string allowed) => new(FaultCode.AnswersInvalid, path, offset, found, allowed, "See docs/behaviour.md for the form");
}
