using Stemma.Anatomy;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>
/// Gathers the units and heads of one layer. The gate (up, where there is no gate) is read first: it decides which units are kept,
/// so that of the other matrices only the kept units stay in memory.
/// </summary>
internal sealed class LayerBuilder
{
    private readonly TensorRole witness;
    private readonly int limit;
    private readonly ModelShape shape;
    private readonly List<PartPass> waiting = [];
    private readonly List<HeadSketch> heads = [];
    private readonly Lock gate = new();
    private UnitSelection? selection;

    public LayerBuilder(int layer, int limit, ModelShape shape, IEnumerable<TensorPart> parts)
    {
        Layer = layer;
        this.limit = limit;
        this.shape = shape;
        var roles = parts.Where(p => !p.IsBias).Select(p => p.Role).ToHashSet();
        witness = roles.Contains(TensorRole.Gate) ? TensorRole.Gate : TensorRole.Up;
    }

    public int Layer { get; }

    public IEnumerable<HeadSketch> Heads => heads.OrderBy(h => h.Role).ThenBy(h => h.Head);

    /// <summary>Whether a tensor must be read before units can be chosen.</summary>
    public bool IsWitness(TensorPass pass) => pass.Parts.Any(p => p.Part.Role == witness);

    /// <summary>Takes what is needed from a finished part and frees the rest. Called from several threads.</summary>
    public void Take(PartPass pass)
    {
        if (pass.Table is null) return;
        if (pass.Part.Role is TensorRole.Gate or TensorRole.Up or TensorRole.Down)
        {
            lock (gate)
            {
                if (selection is null)
                {
                    waiting.Add(pass);
                    return;
                }

                selection.Fill(pass.Part, pass.Table);
            }
        }
        else
        {
            var found = HeadsOf(pass).ToList();
            lock (gate) heads.AddRange(found);
        }

        pass.ReleaseTable();
    }

    public void Choose()
    {
        selection = UnitSelection.Make(Layer, [.. waiting.Where(p => p.Part.Role == witness).OrderBy(p => p.Part.Expert)], limit);
        foreach (var pass in waiting)
        {
            selection.Fill(pass.Part, pass.Table!);
            pass.ReleaseTable();
        }

        waiting.Clear();
    }

    public LayerUnits? Units() => selection is { Count: > 0 } ? selection.Pack() : null;

    private IEnumerable<HeadSketch> HeadsOf(PartPass pass)
    {
        var part = pass.Part;
        if (part.Head >= 0)
        {
            yield return HeadSketch.Make(part.Role, part.Layer, part.Head, pass.Table!, 0, (int)pass.Units);
            yield break;
        }

        var count = part.Role is TensorRole.Q or TensorRole.O ? shape.Heads : shape.KvHeads;
        if (count <= 0 || pass.Units % count != 0) yield break;
        var width = (int)(pass.Units / count);
        for (var head = 0; head < count; head++) yield return HeadSketch.Make(part.Role, part.Layer, head, pass.Table!, head * width, width);
    }
}
