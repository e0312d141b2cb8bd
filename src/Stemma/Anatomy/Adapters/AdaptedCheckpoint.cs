using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Anatomy.Adapters;

/// <summary>A base model with a low-rank adapter of PEFT merged in while it is read; nothing is written. Knows rank-stabilised scales, patterns of alpha, embeddings, DoRA, and modules and biases trained whole.</summary>
internal sealed class AdaptedCheckpoint : WrappedCheckpoint<AdaptedTensor>
{
    private readonly Checkpoint _model, _adapter;
    private readonly Dictionary<string, AdaptedTensor> _changed;
    private readonly ThreadLocal<Loaded> _loaded = new(() => new Loaded());

    private AdaptedCheckpoint(Checkpoint model, Checkpoint adapter, Dictionary<string, AdaptedTensor> changed)
        : base(model, changed) => (_model, _adapter, _changed) = (model, adapter, changed);

    /// <summary>Merges.</summary>
    /// <param name="model">The base; it belongs to the result from now on.</param>
    /// <param name="assignments">What its tensors do.</param>
    /// <param name="adapter">The adapter; it belongs to the result from now on.</param>
    /// <param name="path">How the user named the two together.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.AdapterInvalid"/> when the adapter does not fit.</exception>
    public static AdaptedCheckpoint Of(Checkpoint model, IReadOnlyList<TensorAssignment> assignments, Checkpoint adapter, string path)
    {
        var config = AdapterConfig.Read(adapter);
        var names = model.Tensors.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var changes = AdapterTensors.Sort(adapter, (tensor, name) => AdapterTensors.Find(adapter, model, names, tensor, name));
        var changed = new Dictionary<string, AdaptedTensor>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            if (!changes.TryGetValue(assignment.Tensor.Name, out var change)) continue;
            // Whether a file stores [in, out] is told by the tensors; the adapter's word counts where they do not tell.
            var transposed = change.IsEmbedding || (assignment.Parts[0].Role == TensorRole.Unknown ? config.FanInFanOut : assignment.Parts[0].Transposed);
            Check(adapter, assignment.Tensor, change, transposed);
            var name = assignment.Tensor.Name;
            var scale = change.A is { } a ? config.Scale(name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name, a.Rows) : 0;
            changed.Add(name, new(model, assignment.Tensor, adapter, change, scale, transposed));
        }

        return new(model, adapter, changed)
        {
            Path = path,
            Folder = model.Folder,
            Format = model.Format,
            Files = [.. model.Files, .. adapter.Files],
            Tensors = [.. model.Tensors.Select(t => changed.TryGetValue(t.Name, out var one) ? one.Info : t)],
            Metadata = model.Metadata,
            Notices = [.. model.Notices, .. adapter.Notices, new("adapter-merged", $"an adapter was merged into its base model while reading: {changed.Count} of {model.Tensors.Count} tensors differ from the base")],
        };
    }

    /// <summary>A tensor that the adapter changes, as it is after the change; null for one that it leaves alone.</summary>
    public TensorInfo? Changed(string name) => _changed.TryGetValue(name, out var tensor) ? tensor.Info : null;

    public override void ReadBytes(int file, long offset, Span<byte> destination)
    {
        if (file < _model.Files.Count) _model.ReadBytes(file, offset, destination);
        else _adapter.ReadBytes(file - _model.Files.Count, offset, destination);
    }

    protected override void Make(AdaptedTensor tensor, long firstRow, Span<float> rows) => tensor.Read(_loaded.Value!.Of(tensor), firstRow, rows);

    protected override void Dispose(bool disposing)
    {
        _loaded.Dispose();
        base.Dispose(disposing);
        _adapter.Dispose();
    }

    private static void Check(Checkpoint adapter, TensorInfo tensor, AdapterChange change, bool transposed)
    {
        if (!tensor.Type.IsReal())
            throw AdapterConfig.Refuse(adapter, $"a change of {tensor.Name}, which holds {tensor.Type}", "changes of floating-point numbers", "name the base model that the adapter was trained on");
        if (change.Replacement is { } replacement && !replacement.Shape.SequenceEqual(tensor.Shape)) throw Misfit(adapter, replacement, tensor);
        var (outputs, inputs) = transposed ? (tensor.Columns, tensor.Rows) : (tensor.Rows, tensor.Columns);
        if (change.A is { } a && change.B is { } b && (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Columns != inputs || b.Rows != outputs || a.Rows != b.Columns || a.Rows == 0)) throw Misfit(adapter, a, tensor);
        if (change.Magnitude is { } lengths && lengths.Count != outputs) throw Misfit(adapter, lengths, tensor);
        foreach (var part in new[] { change.A, change.B, change.Magnitude, change.Replacement }.OfType<TensorInfo>())
            if (!part.Type.IsReal()) throw AdapterConfig.Refuse(adapter, $"{part.Name} of type {part.Type}", "floating-point numbers");
    }

    private static StemmaException Misfit(Checkpoint adapter, TensorInfo part, TensorInfo tensor) => AdapterConfig.Refuse(
        adapter, $"{part.Name} of [{string.Join(", ", part.Shape)}]", $"sizes that fit {tensor.Name} of [{string.Join(", ", tensor.Shape)}]", "name the base model that the adapter was trained on");

    /// <summary>The factors that a thread used last: a tensor is read in many pieces.</summary>
    private sealed class Loaded
    {
        private AdaptedTensor? _of;
        private (Matrix Left, Matrix Right)? _factors;

        public (Matrix Left, Matrix Right)? Of(AdaptedTensor tensor)
        {
            if (_of != tensor) (_of, _factors) = (tensor, tensor.LoadFactors());
            return _factors;
        }
    }
}
