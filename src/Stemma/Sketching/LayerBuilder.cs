using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>
/// Gathers the units and heads of one layer. The gate (up, where there is no gate) decides which units are kept: it is read first,
/// so that of the other matrices only the kept units stay in memory. Matrices that are finished before the choice wait for it.
/// </summary>
internal sealed class LayerBuilder
{
    private readonly TensorRole _witness;
    private readonly int _limit;
    private readonly ModelShape _shape;
    private readonly List<PartPass> _waiting = [];
    private readonly List<(string Tensor, HeadSketch Head)> _heads = [];
    private readonly Lock _gate = new();
    private readonly bool _choosable;
    private readonly List<TensorSketch> _sketches = [];
    private readonly int _tensors;
    private int _missing;
    private UnitSelection? _selection;

    /// <param name="layer">Zero-based.</param>
    /// <param name="limit">Units to keep.</param>
    /// <param name="shape">Says how many heads there are.</param>
    /// <param name="tensors">The layer's matrices.</param>
    public LayerBuilder(int layer, int limit, ModelShape shape, IReadOnlyList<TensorAssignment> tensors)
    {
        Layer = layer;
        _limit = limit;
        _shape = shape;
        var roles = tensors.SelectMany(t => t.Parts).Where(p => !p.IsBias).Select(p => p.Role).ToHashSet();
        _witness = roles.Contains(TensorRole.Gate) ? TensorRole.Gate : TensorRole.Up;
        _missing = tensors.Count(IsWitness);
        _tensors = tensors.Count;
        _choosable = _missing > 0;
    }

    public int Layer { get; }

    /// <summary>What the layer's sketch depends on; null when nobody remembers it.</summary>
    public Digest128? Key { get; init; }

    public IEnumerable<HeadSketch> Heads =>
        _heads.OrderBy(h => h.Head.Role).ThenBy(h => h.Head.Head).ThenBy(h => h.Tensor, StringComparer.Ordinal).Select(h => h.Head);

    public LayerUnits? Units() => _selection is { Count: > 0 } ? _selection.Pack() : null;

    /// <summary>Whether a tensor is needed before units can be chosen.</summary>
    public bool IsWitness(TensorAssignment tensor) => tensor.Parts.Any(p => p.Role == _witness && !p.IsBias);

    /// <summary>Takes what is needed from a finished tensor and frees the rest. Called from several threads.</summary>
    public void Take(TensorAssignment tensor, TensorPass pass)
    {
        foreach (var part in pass.Parts)
        {
            if (part.Table is null) continue;
            if (part.Part.Role is TensorRole.Gate or TensorRole.Up or TensorRole.Down) TakeUnits(part);
            else TakeHeads(part);
        }

        if (!IsWitness(tensor)) return;
        lock (_gate)
        {
            if (--_missing == 0) Choose();
        }
    }

    /// <summary>A tensor was taken; with the last one the layer is finished and may be remembered.</summary>
    public void Remember(TensorSketch tensor, Recipe recipe, ISketchMemory? memory)
    {
        if (Key is not { } key || memory is null) return;
        lock (_gate)
        {
            _sketches.Add(tensor);
            if (_sketches.Count < _tensors) return;
        }

        memory.Keep(new(Layer, recipe, [.. _sketches.OrderBy(t => t.Name, StringComparer.Ordinal)], Units(), [.. Heads]), key);
    }

    private void TakeUnits(PartPass part)
    {
        lock (_gate)
        {
            if (_selection is null && _choosable)
            {
                _waiting.Add(part);
                return;
            }

            _selection?.Fill(part);
        }

        part.ReleaseTable();
    }

    private void TakeHeads(PartPass part)
    {
        var found = HeadsOf(part).Select(head => (part.Tensor, head)).ToList();
        lock (_gate) _heads.AddRange(found);
        part.ReleaseTable();
    }

    private void Choose()
    {
        var witnesses = _waiting.Where(p => p.Part.Role == _witness).OrderBy(p => p.Part.Expert).ThenBy(p => p.Tensor, StringComparer.Ordinal).DistinctBy(p => p.Part.Expert);
        _selection = UnitSelection.Make(Layer, [.. witnesses], _limit);
        foreach (var part in _waiting)
        {
            _selection.Fill(part);
            part.ReleaseTable();
        }

        _waiting.Clear();
    }

    private IEnumerable<HeadSketch> HeadsOf(PartPass pass)
    {
        var part = pass.Part;
        if (part.Head >= 0)
        {
            yield return HeadSketch.Make(part.Role, part.Layer, part.Head, pass.Table!, 0, (int)pass.Units);
            yield break;
        }

        var count = part.Role is TensorRole.Q or TensorRole.O ? _shape.Heads : _shape.KvHeads;
        if (count <= 0 || pass.Units % count != 0) yield break;
        var width = (int)(pass.Units / count);
        for (var head = 0; head < count; head++) yield return HeadSketch.Make(part.Role, part.Layer, head, pass.Table!, head * width, width);
    }
}
