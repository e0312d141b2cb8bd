using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Stemma.Anatomy;
using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;

namespace Stemma.Deriving.Operations;

/// <summary>
/// Gives a model another vocabulary: tokens that it knew by the same bytes keep their rows of the embedding and of the output matrix; for others the mean of the rows of
/// their pieces is taken, or random numbers.
/// </summary>
public sealed record SwapTokenizer : Derivation
{
    private static readonly string[] SpecialIds = ["bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "cls_token_id", "mask_token_id", "decoder_start_token_id"];

    /// <summary>A folder with the other tokenizer; its weights, if it has any, are not read.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>The same without folders: a lineage tells nothing of this machine.</summary>
    public string Tokenizer => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder.Length == 0 ? "." : Folder)));

    /// <summary>New tokens get random rows with the spread of the matrix instead of means.</summary>
    public bool Random { get; init; }

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var model = input.Model;
        if (!model.Parts(TensorRole.Embed).Any()) throw model.Refuse("no embedding that is recognised", $"an embedding by a known name for {Name}");
        var old = model.Weights.Tokens ?? throw model.Refuse("no tokenizer beside the weights", $"the vocabulary that the rows belong to, for {Name}", "put the model's tokenizer files into its folder");
        var young = TokenTableReader.Read(Folder)
            ?? throw new StemmaException(FaultCode.NotFound, Folder, null, "no tokenizer", "a folder with tokenizer.json, tokenizer.model, vocab.json or vocab.txt", "check the path given with --to");
        var theirs = ConfigFile.Read(Folder);
        var rows = (int)Math.Max(young.Tokens.Count, ConfigFile.Number(theirs, "vocab_size") is { } size and <= 100_000_000 ? size : 0);
        var match = new TokenMatch(old, model.Shape.Vocabulary, young, rows);
        return new()
        {
            Tensors = TensorEdits.Apply(model, input.Type, (part, values) => PartAxes.Of(part, model.Shape).Outputs == AxisKind.Vocabulary ? Swap(part, values, match) : values),
            Config = Config(model, theirs, rows),
            Companions = [.. Companions.TokenizerOf(Folder), .. Companions.WithoutTokenizer(Folder)],
            Notices = [.. Told(match, theirs)],
        };
    }

    private static IEnumerable<Notice> Told(TokenMatch match, JsonObject? theirs)
    {
        yield return new("tokens-matched", $"{match.Kept} of {match.Pieces.Length} rows are those of tokens that were there before");
        if (theirs is null) yield return new("special-tokens", "The other tokenizer has no config.json, so the numbers of the special tokens were taken out of the configuration");
    }

    private PartGrid Swap(TensorPart part, PartGrid values, TokenMatch match)
    {
        var rows = values.AsMatrix();
        var mean = new Lazy<float[]>(() => ColumnMeans(rows));
        var spread = new Lazy<Spread>(() => Spread.Of(rows));
        var draws = new Draws(Seed, $"swap-tokenizer {part.Role} {part.IsBias}");
        return values.With(new MadeGrid(match.Pieces.Length, rows.Columns, (id, row) =>
        {
            var pieces = match.Pieces[id];
            if (pieces.Length == 1) rows.Read(pieces[0], row);
            else if (Random) draws.Normals(id * row.Length, row, (float)spread.Value.Deviation, (float)spread.Value.Mean);
            else if (pieces.Length == 0) mean.Value.CopyTo(row);
            else Mean(rows, pieces, row);
        }));
    }

    private static void Mean(Grid rows, int[] pieces, Span<float> result)
    {
        var sums = new double[result.Length];
        foreach (var piece in pieces)
        {
            var row = rows.Row(piece);
            for (var i = 0; i < sums.Length; i++) sums[i] += row[i];
        }

        for (var i = 0; i < sums.Length; i++) result[i] = (float)(sums[i] / pieces.Length);
    }

    private static float[] ColumnMeans(Grid rows)
    {
        var sums = new double[rows.Columns];
        foreach (var (_, values) in Spread.Pieces(rows))
            for (var i = 0; i < values.Length; i++) sums[i % sums.Length] += values[i];
        return Array.ConvertAll(sums, sum => (float)(sum / Math.Max(1, rows.Rows)));
    }

    private static JsonObject Config(SourceModel model, JsonObject? theirs, int rows)
    {
        var config = ConfigFile.Copy(model.Config);
        if (config.Count == 0) return config;
        ConfigFile.Set(config, "vocab_size", rows);
        foreach (var key in SpecialIds)
        {
            ConfigFile.Sizes(config).Remove(key);
            if (theirs is not null && ConfigFile.Sizes(theirs)[key] is { } id) ConfigFile.Sizes(config)[key] = id.DeepClone();
        }

        return config;
    }
}
