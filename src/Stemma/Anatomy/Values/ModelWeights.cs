using Stemma.Checkpoints;
using Stemma.Checkpoints.Remote;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Anatomy.Values;

/// <summary>
/// The weights of a model by what they do: asks for "gate of layer 3" and gets the numbers, read when asked for and not kept. Several threads may ask at once.
/// </summary>
public sealed class ModelWeights : IDisposable
{
    private readonly ILookup<(TensorRole Role, bool Bias, int Layer, int Expert), (TensorInfo Tensor, TensorPart Part)> _parts;
    private readonly Lazy<TokenTable?> _tokens;

    private ModelWeights(Checkpoint checkpoint, ModelAnatomy anatomy)
    {
        (Checkpoint, Anatomy) = (checkpoint, anatomy);
        _parts = anatomy.Assignments.Where(a => a.Tensor.Type.IsReal())
            .SelectMany(a => a.Parts.Select(p => (a.Tensor, Part: p))).ToLookup(p => (p.Part.Role, p.Part.IsBias, p.Part.Layer, p.Part.Expert));
        _tokens = new(() => TokenTableReader.Of(checkpoint));
    }

    public Checkpoint Checkpoint { get; }
    public ModelAnatomy Anatomy { get; }
    public ModelShape Shape => Anatomy.Shape;

    /// <summary>The vocabulary beside the weights; null when there is none.</summary>
    /// <exception cref="StemmaException">The tokenizer's file is broken.</exception>
    public TokenTable? Tokens => _tokens.Value;

    /// <summary>Opens a folder, a file or a model on a hub and reads its headers.</summary>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static ModelWeights Open(string path, HubAccess? hub = null)
    {
        var checkpoint = ModelOpener.Open(path, hub);
        try
        {
            return new(checkpoint, AnatomyReader.Read(checkpoint, System.IO.Path.GetFileName(path)));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The experts of a layer that have a role's matrix: <see cref="TensorPart.NoExpert"/> for a dense one, routed ones ascending, the shared one last.</summary>
    public IReadOnlyList<int> Experts(TensorRole role, int layer) =>
        [.. _parts.Where(g => g.Key.Role == role && !g.Key.Bias && g.Key.Layer == layer).Select(g => g.Key.Expert).OrderBy(e => e == TensorPart.SharedExpert).ThenBy(e => e)];

    /// <summary>Bytes of the parts of one layer; of all layers without a number.</summary>
    public long LayerBytes(int? layer = null) => _parts.Where(g => layer is null ? g.Key.Layer != TensorPart.NoLayer : g.Key.Layer == layer)
        .SelectMany(g => g).Sum(p => p.Tensor.Type.BytesOf(p.Part.Rows.Count * p.Part.Columns.Count));

    public bool Has(TensorRole role, int layer, int expert = TensorPart.NoExpert) => _parts.Contains((role, false, layer, expert));

    /// <summary>A matrix [out, in]; where a file keeps each head apart, the heads one after another. Null when the model has none.</summary>
    public Matrix? Read(TensorRole role, int layer = TensorPart.NoLayer, int expert = TensorPart.NoExpert)
    {
        var parts = _parts[(role, false, layer, expert)].OrderBy(p => p.Part.Head).ToList();
        if (parts.Count == 0) return null;
        if (parts.Count == 1) return PartReader.Read(Checkpoint, parts[0].Tensor, parts[0].Part);
        var heads = parts.ConvertAll(p => PartReader.Read(Checkpoint, p.Tensor, p.Part));
        // A role that writes the residual stream has its heads along its columns.
        return role == TensorRole.O ? Matrix.Stack(heads.ConvertAll(h => h.Transpose())).Transpose() : Matrix.Stack(heads);
    }

    /// <summary>A matrix with the gains of its inputs and outputs folded in, W diag(g): what reads or writes the residual stream itself. Infinities and what is no number read as zero.</summary>
    public Matrix? ReadFolded(TensorRole role, int layer = TensorPart.NoLayer, int expert = TensorPart.NoExpert)
    {
        return Read(role, layer, expert) is not { } matrix ? null : Fold(matrix, _parts[(role, false, layer, expert)].First().Part, null, null);
    }

    /// <summary>Some rows or columns of a matrix, gains folded in; the others are never in memory.</summary>
    /// <param name="role">What the matrix does.</param>
    /// <param name="layer">Layer number.</param>
    /// <param name="expert">Expert.</param>
    /// <param name="rows">Rows of [out, in], ascending; all when null.</param>
    /// <param name="columns">Columns, ascending; all when null.</param>
    /// <returns>Null when the model has no such matrix.</returns>
    public Matrix? ReadFolded(TensorRole role, int layer, int expert, int[]? rows, int[]? columns)
    {
        if (Only(role, layer, expert) is not var (tensor, part)) return ReadFolded(role, layer, expert) is not { } whole ? null : Cut(whole, rows, columns);
        return Fold(PartReader.Read(Checkpoint, tensor, part, rows, columns), part, rows, columns);
    }

    /// <summary>Rows and columns of a matrix [out, in]; null when the model has none.</summary>
    public (long Rows, long Columns)? SizeOf(TensorRole role, int layer, int expert = TensorPart.NoExpert)
    {
        if (Only(role, layer, expert) is not var (_, part)) return Read(role, layer, expert) is { } whole ? (whole.Rows, whole.Columns) : null;
        return part.Transposed ? (part.Columns.Count, part.Rows.Count) : (part.Rows.Count, part.Columns.Count);
    }

    /// <summary>Length of each row of a matrix with its gains folded in, the matrix itself never whole in memory; null when the model has none.</summary>
    public float[]? RowLengths(TensorRole role, int layer, int expert = TensorPart.NoExpert)
    {
        if (Only(role, layer, expert) is not var (tensor, part) || part.Transposed) return ReadFolded(role, layer, expert)?.NormaliseRows();
        var (input, output) = (Gain(part.InputGain), Gain(part.OutputGain));
        var lengths = new float[part.Rows.Count];
        var next = 0;
        PartReader.Visit(Checkpoint, tensor, part, null, row =>
        {
            var square = 0.0;
            for (var i = 0; i < row.Length; i++)
            {
                var value = float.IsFinite(row[i]) ? (double)row[i] * (input?[i] ?? 1) : 0;
                square += value * value;
            }

            lengths[next] = (float)Math.Sqrt(square) * Math.Abs(output?[next] ?? 1);
            next++;
        });
        return lengths;
    }

    /// <summary>The part that is all of a role's matrix; null where there is none, or heads each have their own.</summary>
    private (TensorInfo Tensor, TensorPart Part)? Only(TensorRole role, int layer, int expert) => _parts[(role, false, layer, expert)].ToList() is [var one] ? one : null;

    private Matrix Fold(Matrix matrix, TensorPart part, int[]? rows, int[]? columns)
    {
        FoldInputs(matrix, part, columns);
        if (Chosen(Gain(part.OutputGain), rows) is { } output && output.Length == matrix.Rows) matrix.ScaleRows(output);
        return matrix;
    }

    private Matrix FoldInputs(Matrix matrix, TensorPart part, int[]? columns = null)
    {
        matrix.ClearNonFinite();
        return Chosen(Gain(part.InputGain), columns) is { } input && input.Length == matrix.Columns ? matrix.ScaleColumns(input) : matrix;
    }

    private static float[]? Chosen(float[]? gain, int[]? at) => gain is null || at is null ? gain : Array.ConvertAll(at, i => i < gain.Length ? gain[i] : 1);

    private static Matrix Cut(Matrix matrix, int[]? rows, int[]? columns)
    {
        var cut = rows is null ? matrix : matrix.Take(rows);
        return columns is null ? cut : cut.Transpose().Take(columns).Transpose();
    }

    /// <summary>Rows of a vocabulary (embedding or head, gain folded), evenly spaced when there are more than asked for; null when the model has none.</summary>
    public Matrix? ReadSample(TensorRole role, long mostRows)
    {
        var (tensor, part) = _parts[(role, false, TensorPart.NoLayer, TensorPart.NoExpert)].FirstOrDefault();
        if (tensor is null || part.Transposed) return null;
        var rows = part.Rows;
        if (rows.Blocks == 1 && rows.Length > mostRows) part = part with { Rows = new AxisSlice(rows.Start, 1, mostRows, rows.Length / mostRows) };
        return FoldInputs(PartReader.Read(Checkpoint, tensor, part), part);
    }

    /// <summary>Chosen rows of a vocabulary (embedding or head, gain folded); null when the model has none or one of the rows is not there.</summary>
    public Matrix? ReadVocabularyRows(TensorRole role, IReadOnlyList<int> ids)
    {
        var (tensor, part) = _parts[(role, false, TensorPart.NoLayer, TensorPart.NoExpert)].FirstOrDefault();
        if (tensor is null || part.Transposed || part.Rows.Blocks != 1 || ids.Any(id => id < 0 || id >= part.Rows.Length)) return null;
        return FoldInputs(Matrix.OfRows([.. ids.Select(id => PartReader.Read(Checkpoint, tensor, part with { Rows = new AxisSlice(part.Rows.Start + id, 1) }).Data)]), part);
    }

    /// <summary>A vector: a gain as stored, or the bias of a role's matrix. Null when the model has none.</summary>
    public float[]? ReadVector(TensorRole role, int layer = TensorPart.NoLayer, bool bias = false, int expert = TensorPart.NoExpert)
    {
        var parts = _parts[(role, bias, layer, expert)].OrderBy(p => p.Part.Head).ToList();
        return parts.Count == 0 ? null : [.. parts.SelectMany(p => PartReader.Read(Checkpoint, p.Tensor, p.Part).Data)];
    }

    /// <summary>A gain with its offset added; null when there is none.</summary>
    public float[]? Gain(GainReference? reference)
    {
        if (reference is not { } wanted) return null;
        var part = _parts[(wanted.Role, false, wanted.Layer, TensorPart.NoExpert)].FirstOrDefault();
        if (part.Tensor is null) return null;
        var values = PartReader.Read(Checkpoint, part.Tensor, part.Part).Data;
        for (var i = 0; i < values.Length; i++) values[i] += part.Part.GainOffset;
        return values;
    }

    public void Dispose() => Checkpoint.Dispose();
}
