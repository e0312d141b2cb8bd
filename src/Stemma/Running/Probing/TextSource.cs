using System.Text;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Running.Tokenizing;

namespace Stemma.Running.Probing;

/// <summary>Texts as token ids, and in words where they come from.</summary>
/// <param name="Source">For a report; never a path.</param>
/// <param name="Texts">Token ids of each text; none is empty.</param>
public sealed record TextSource(string Source, IReadOnlyList<int[]> Texts)
{
    private const int MostBytes = 64 << 20;

    public int Tokens => Texts.Sum(text => text.Length);

    /// <summary>A JSON array of token ids, or of such arrays.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.RunTokens"/>, or the file cannot be read.</exception>
    public static TextSource FromIds(string file)
    {
        const string Allowed = "a JSON array of whole numbers, or of such arrays";
        try
        {
            using var document = StrangersJson.Parse(Bytes(file), 64);
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw Wrong($"a JSON {document.RootElement.ValueKind}");
            var nested = document.RootElement.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.Array);
            var texts = (nested ? document.RootElement.EnumerateArray().Select(Ids) : [Ids(document.RootElement)]).Where(text => text.Length > 0).ToList();
            return texts.Count > 0 ? new(Path.GetFileName(file), texts) : throw Wrong("no token ids");
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(FaultCode.RunTokens, file, null, e.Message, Allowed, ""), e);
        }

        int[] Ids(JsonElement array) => array.ValueKind == JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Number && one.TryGetInt32(out var id) ? id : throw Wrong($"a {one.ValueKind} that is no token id"))]
            : throw Wrong($"a {array.ValueKind} among arrays");
        StemmaException Wrong(string found) => new(FaultCode.RunTokens, file, null, found, Allowed);
    }

    /// <summary>One text, cut into tokens by the model's own tokenizer.</summary>
    /// <exception cref="StemmaException">The file or the tokenizer cannot be read.</exception>
    public static TextSource FromText(string file, string model) => Encode(Path.GetFileName(file), [Text(file)], model);

    /// <summary>The texts of a file, one per line.</summary>
    /// <exception cref="StemmaException">The file cannot be read, or has fewer than four lines: likeness of less than four texts is not defined.</exception>
    public static IReadOnlyList<string> Lines(string file)
    {
        const int Fewest = 4;
        var lines = Text(file).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length >= Fewest ? lines : throw new StemmaException(FaultCode.ProbeUnavailable, file, null, $"{lines.Length} texts", $"at least {Fewest}, one per line");
    }

    /// <summary>Texts, cut into tokens by the model's own tokenizer.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="model">A model's folder, or a file in it.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.ProbeUnavailable"/> when there is no tokenizer, or a text comes to no token.</exception>
    public static TextSource Encode(string source, IReadOnlyList<string> texts, string model)
    {
        var tokenizer = TextTokenizer.OfModel(model)
            ?? throw new StemmaException(FaultCode.ProbeUnavailable, model, null, "no tokenizer beside the weights", "a folder with the model's tokenizer", "Give the text as token ids instead");
        var ids = texts.Select(text => tokenizer.Encode(text, addSpecialTokens: true, readSpecialTokens: false)).ToList();
        return ids.TrueForAll(text => text.Length > 0) ? new(source, ids) : throw new StemmaException(FaultCode.ProbeUnavailable, source, null, "a text of no tokens", "texts of one token or more");
    }

    /// <summary>The texts in pieces that the model can read at once.</summary>
    public IEnumerable<int[]> Pieces(int longest) => Texts.SelectMany(text => text.Chunk(Math.Max(1, longest)));

    private static string Text(string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes(file));
        }
        catch (DecoderFallbackException e)
        {
            throw new StemmaException(new Fault(FaultCode.ProbeUnavailable, file, e.Index, "bytes that are no UTF-8", "text in UTF-8", "Convert the file"), e);
        }
    }

    private static byte[] Bytes(string file)
    {
        if (!File.Exists(file)) throw new StemmaException(FaultCode.NotFound, file, null, "no such file", "", "check the path");
        return CompanionFile.Read(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFileName(file), MostBytes, FaultCode.ReadFailed);
    }
}
