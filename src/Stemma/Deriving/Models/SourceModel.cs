using System.Text.Json.Nodes;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Grids;
using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>A model that another is made from: its weights, what each tensor does, and its configuration as it stands in the file.</summary>
internal sealed class SourceModel : IDisposable
{
    private readonly Dictionary<string, TensorAssignment> _byName;

    private SourceModel(string name, ModelWeights weights, JsonObject? config)
    {
        (Name, Weights, Config) = (name, weights, config);
        _byName = weights.Anatomy.Assignments.ToDictionary(a => a.Tensor.Name, StringComparer.Ordinal);
        Layers = new LayerNames(weights.Anatomy.Assignments);
    }

    /// <summary>What people call it: the last part of its path.</summary>
    public string Name { get; }
    public ModelWeights Weights { get; }

    /// <summary>config.json, not to be changed; null when there is none.</summary>
    public JsonObject? Config { get; }

    /// <summary>Which tensor stands in which layer.</summary>
    public LayerNames Layers { get; }
    public Checkpoint Checkpoint => Weights.Checkpoint;
    public ModelShape Shape => Weights.Shape;
    public IReadOnlyList<TensorAssignment> Assignments => Weights.Anatomy.Assignments;

    /// <summary>Opens a model.</summary>
    /// <exception cref="StemmaException">It cannot be read, or its configuration cannot.</exception>
    public static SourceModel Open(string path, string name)
    {
        var weights = ModelWeights.Open(path);
        try
        {
            if (weights.Checkpoint.Format != GgufFormat.FormatName && weights.Checkpoint.Tensors.FirstOrDefault(t => t.PairedRows > 0) is { } paired)
            {
                throw new StemmaException(FaultCode.DerivationUnsupported, path, null, $"{SafeText.Escape(paired.Name)} in the order of rows of the model's makers", "the order that transformers uses",
                    "Name the same model in the form of transformers, with its config.json");
            }

            var config = ConfigFile.Read(weights.Checkpoint.Folder);
            // What is derived is written unpacked.
            if (weights.Checkpoint.Tensors.Any(t => t.Packing is not null)) config?.Remove("quantization_config");
            return new(name, weights, config);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public TensorAssignment? Find(string tensor) => _byName.GetValueOrDefault(tensor);

    /// <summary>Every part of a role that is no bias, with its tensor.</summary>
    public IEnumerable<(TensorAssignment Tensor, TensorPart Part)> Parts(params TensorRole[] roles) =>
        Assignments.SelectMany(a => a.Parts.Where(p => !p.IsBias && roles.Contains(p.Role)).Select(p => (a, p)));

    /// <summary>The numbers of one part.</summary>
    public PartGrid Read(TensorAssignment assignment, TensorPart part)
    {
        var tensor = assignment.Tensor;
        Grid stored = new StoredGrid(Checkpoint, tensor);
        var whole = part.Rows == AxisSlice.All(tensor.Rows) && part.Columns == AxisSlice.All(tensor.Columns);
        return new(whole ? stored : new SliceGrid(stored, part.Rows, part.Columns), OutputsAlongColumns(tensor, part), tensor.Name);
    }

    /// <summary>The numbers of a part by what it does; null when the model has none.</summary>
    public PartGrid? Read(TensorRole role, int layer, int expert = TensorPart.NoExpert, bool bias = false)
    {
        foreach (var assignment in Assignments)
        {
            var part = assignment.Parts.FirstOrDefault(p => p.Role == role && p.Layer == layer && p.Expert == expert && p.IsBias == bias && p.Head == TensorPart.NoHead);
            if (part is not null) return Read(assignment, part);
        }

        return null;
    }

    /// <summary>A refusal that names the model.</summary>
    public StemmaException Refuse(string found, string allowed, string remedy = "", FaultCode code = FaultCode.DerivationUnsupported) =>
        new(code, Checkpoint.Path, null, found, allowed, remedy);

    public void Dispose() => Weights.Dispose();

    /// <summary>A vector is stored as one row, whatever role it has.</summary>
    private static bool OutputsAlongColumns(TensorInfo tensor, TensorPart part) => part.Transposed || IsVector(tensor, part);

    /// <summary>True for gains, biases and other lists of numbers.</summary>
    public static bool IsVector(TensorInfo tensor, TensorPart part) =>
        part.IsBias || tensor.Rows == 1 && part.Role is not (TensorRole.SharedGate or TensorRole.Router or TensorRole.Embed or TensorRole.LmHead)
        || part.Role is TensorRole.RouterScale or TensorRole.RouterBias;
}
