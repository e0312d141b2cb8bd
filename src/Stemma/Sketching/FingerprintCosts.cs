using Stemma.Anatomy;

namespace Stemma.Sketching;

/// <summary>Bytes of a fingerprint file by what they are spent on, estimated from above before anything is read.</summary>
internal sealed class FingerprintCosts
{
    /// <summary>The manifest's line of a tensor without its name and of a part, and what surrounds them.</summary>
    private const long TensorBytes = 110, PartBytes = 130, MomentBytes = 72, FileBytes = 4096, HeadBytes = (Recipe.HeadRows * Recipe.HeadColumns) + 40;
    private const long UnitBytes = (3 * Recipe.Projection) + (2 * sizeof(int)) + 1 + (3 * sizeof(float)), TokenBytes = sizeof(ulong) + (3 * sizeof(int));

    private readonly long _matrices, _rowsOfAnchors;
    private readonly List<(long Total, int Experts)> _layers;

    public FingerprintCosts(ModelAnatomy anatomy)
    {
        var vectors = anatomy.Assignments.Where(a => RecipeSizing.IsVector(a.Tensor)).ToList();
        var matrices = anatomy.Assignments.Where(a => !RecipeSizing.IsVector(a.Tensor)).SelectMany(a => a.Parts).ToList();
        _matrices = matrices.Count(p => p.Role != TensorRole.Buffer);
        _rowsOfAnchors = matrices.Where(p => !p.IsBias && p.Role is TensorRole.Embed or TensorRole.LmHead)
            .GroupBy(p => p.Role).Sum(g => g.Max(p => PartPass.SizesOf(p).Inner));
        _layers = [.. matrices.Where(p => !p.IsBias && p.Role is TensorRole.Up or TensorRole.Gate)
            .GroupBy(p => (p.Layer, p.Role)).Select(g => (g.Key.Layer, Total: g.Sum(p => PartPass.SizesOf(p).Units), Experts: g.Count()))
            .GroupBy(l => l.Layer).Select(g => (g.Max(l => l.Total), g.Max(l => l.Experts)))];
        Values = vectors.Where(a => a.Parts.Any(p => p.Expert == TensorPart.NoExpert)).Sum(a => a.Tensor.Count * sizeof(float));
        var heads = matrices.Where(p => !p.IsBias).Sum(p => p.Role switch
        {
            TensorRole.Q or TensorRole.O or TensorRole.K or TensorRole.V when p.Head >= 0 => 1L,
            TensorRole.Q or TensorRole.O => anatomy.Shape.Heads,
            TensorRole.K or TensorRole.V => anatomy.Shape.KvHeads,
            _ => 0L,
        });
        var names = anatomy.Assignments.Sum(a => 2L * System.Text.Encoding.UTF8.GetByteCount(a.Tensor.Name));
        Fixed = FileBytes + (TensorBytes * anatomy.Assignments.Count) + names + ((PartBytes + MomentBytes) * anatomy.Assignments.Sum(a => a.Parts.Count)) + (HeadBytes * heads);
    }

    /// <summary>The list of tensors, moments and heads: what no size of the recipe changes.</summary>
    public long Fixed { get; }

    /// <summary>All numbers of gains and biases.</summary>
    public long Values { get; }

    public double Linear(int size) => (double)_matrices * size * size * sizeof(float);

    public double Units(int limit) => _layers.Sum(l => (double)UnitBytes * Math.Min(l.Total, l.Total <= limit ? limit : UnitSelection.MostUnits(limit, l.Experts)));

    public double Anchors(int tokens) => (double)tokens * (_rowsOfAnchors + TokenBytes);
}
