using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Judging.Banks;

/// <summary>Reads a bank, <c>stemma.bank/1</c>. Fields that the schema does not know are refused: a score under another name would be lost silently.</summary>
public static class BankReader
{
    private const int MostBytes = 256 << 20, MostDepth = 8, LargestSize = 1 << 24;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.BankInvalid"/>, or <see cref="FaultCode.ReadFailed"/>.</exception>
    public static Bank Read(string path)
    {
        var name = Path.GetFileName(path);
        return Parse(name, CompanionFile.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, name, MostBytes, FaultCode.BankInvalid));
    }

    internal static Bank Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = StrangersJson.Parse(bytes, MostDepth);
            return new File(name).Bank(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(FaultCode.BankInvalid, name, null, e.Message, "JSON of the schema " + Judging.Banks.Bank.Schema, "Make the bank anew"), e);
        }
    }

    /// <summary>One file, so that each fault can name it.</summary>
    private sealed class File(string name)
    {
        public Bank Bank(JsonElement root)
        {
            var fields = Fields(root, "the document", "schema", "recipe", "pairs");
            if (Text(fields[0], "schema") is var schema && schema != Judging.Banks.Bank.Schema) throw Refuse($"schema {schema}", Judging.Banks.Bank.Schema);
            if (fields[2].ValueKind != JsonValueKind.Array) throw Refuse($"pairs is {fields[2].ValueKind}", "a list");
            var recipe = Whole(fields[1], "recipe");
            var pairs = new List<BankPair>();
            foreach (var pair in fields[2].EnumerateArray()) pairs.Add(Pair(pair));
            return new Bank(recipe, []).With(pairs);
        }

        private BankPair Pair(JsonElement pair)
        {
            var fields = Fields(pair, "a pair", "subject", "reference", "scores");
            if (fields[2].ValueKind != JsonValueKind.Object) throw Refuse($"scores is {fields[2].ValueKind}", "an object");
            var scores = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var score in fields[2].EnumerateObject())
            {
                var value = score.Value.ValueKind == JsonValueKind.Number && score.Value.TryGetDouble(out var number) ? number : double.NaN;
                if (!double.IsFinite(value)) throw Refuse($"the score {score.Name} is {score.Value.GetRawText()}", "a number");
                if (!scores.TryAdd(score.Name, value)) throw Refuse($"the score {score.Name} twice", "once");
            }

            return new(Model(fields[0]), Model(fields[1]), scores);
        }

        private BankModel Model(JsonElement model)
        {
            var fields = Fields(model, "a model", "digest", "family", "width", "layers");
            var digest = Text(fields[0], "digest");
            if (digest.Length != 32 || !digest.All(char.IsAsciiHexDigitLower)) throw Refuse($"digest {digest}", "32 hexadecimal digits");
            return new(digest, Text(fields[1], "family"), Whole(fields[2], "width"), Whole(fields[3], "layers"));
        }

        /// <summary>The values of exactly these fields.</summary>
        private JsonElement[] Fields(JsonElement element, string what, params string[] names)
        {
            if (element.ValueKind != JsonValueKind.Object) throw Refuse($"{what} is {element.ValueKind}", "an object");
            var found = new List<string>(names.Length);
            foreach (var field in element.EnumerateObject()) found.Add(field.Name);
            if (found.Count != names.Length || Array.Exists(names, name => !found.Contains(name)))
                throw Refuse($"{what} with the fields {string.Join(", ", found)}", string.Join(", ", names));
            return Array.ConvertAll(names, element.GetProperty);
        }

        private string Text(JsonElement value, string what)
        {
            try
            {
                return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Refuse($"{what} is {value.ValueKind}", "text");
            }
            catch (InvalidOperationException e)
            {
                // Half a surrogate pair: valid JSON, no text.
                throw new StemmaException(new Fault(FaultCode.BankInvalid, name, null, $"{what} is no text", "text", "Make the bank anew"), e);
            }
        }

        private int Whole(JsonElement value, string what) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= LargestSize ? number
                : throw Refuse($"{what} is {value.GetRawText()}", $"a whole number from 1 to {LargestSize}");

        private StemmaException Refuse(string found, string allowed) => new(FaultCode.BankInvalid, name, null, found, allowed, "Make the bank anew");
    }
}
