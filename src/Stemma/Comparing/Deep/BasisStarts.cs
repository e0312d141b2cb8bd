using Stemma.Anatomy;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>First guesses of the residual basis for a choice of layers on both sides.</summary>
internal static class BasisStarts
{
    private static readonly TensorRole[] Roles =
        [TensorRole.Gate, TensorRole.Up, TensorRole.Down, TensorRole.Q, TensorRole.K, TensorRole.V, TensorRole.O, TensorRole.QA, TensorRole.KvA];

    /// <summary>Leading directions tried of each role pooled over layers, and of each role in each layer. Few are surer, more tell more: which is better depends on the spectra.</summary>
    private static readonly int[] PooledDirections = [8, 16, 32], LayerDirections = [4, 8];

    /// <summary>Most starts that are found: the basis as stored, and each frame with its mirror image.</summary>
    public static int Most => 1 + (2 * (PooledDirections.Length + 1 + LayerDirections.Length));

    /// <param name="subject">The model under suspicion.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="subjectLayers">Layers that may be looked at; the embedding may always.</param>
    /// <param name="referenceLayers">The same of the reference.</param>
    public static IEnumerable<Matrix> Find(DeepModel subject, DeepModel reference, IReadOnlyList<int> subjectLayers, IReadOnlyList<int> referenceLayers)
    {
        if (subject.Width == reference.Width) yield return Matrix.Identity(subject.Width, reference.Width);
        var (b, a, layerRoles) = Pooled(subject, reference, subjectLayers, referenceLayers);
        if (b.Count > 1)
        {
            foreach (var directions in PooledDirections)
                foreach (var start in FrameStart.Find(b, a, directions)) yield return start;
            // A vocabulary that was replaced leads astray.
            if (layerRoles > 1 && layerRoles < b.Count)
                foreach (var start in FrameStart.Find(b.GetRange(0, layerRoles), a.GetRange(0, layerRoles), PooledDirections[1])) yield return start;
        }

        if (subjectLayers.Count != referenceLayers.Count || subjectLayers.Count < 2) yield break;
        (b, a) = PerLayer(subject, reference, subjectLayers, referenceLayers);
        if (b.Count < 2) yield break;
        foreach (var directions in LayerDirections)
            foreach (var start in FrameStart.Find(b, a, directions)) yield return start;
    }

    /// <summary>The roles that both models have, those of layers first.</summary>
    private static (List<Matrix> Subject, List<Matrix> Reference, int LayerRoles) Pooled(
        DeepModel subject, DeepModel reference, IReadOnlyList<int> subjectLayers, IReadOnlyList<int> referenceLayers)
    {
        var both = Roles.Select(role => (B: subject.Pooled(role, subjectLayers, PooledDirections[^1]), A: reference.Pooled(role, referenceLayers, PooledDirections[^1])))
            .Where(p => p is { A: not null, B: not null }).ToList();
        var layerRoles = both.Count;
        both.AddRange(new[] { TensorRole.Embed, TensorRole.LmHead }
            .Select(role => (B: subject.Factors.GetValueOrDefault((TensorPart.NoLayer, role)), A: reference.Factors.GetValueOrDefault((TensorPart.NoLayer, role))))
            .Where(p => p is { A: not null, B: not null }));
        return (both.ConvertAll(p => p.B!), both.ConvertAll(p => p.A!), layerRoles);
    }

    private static (List<Matrix> Subject, List<Matrix> Reference) PerLayer(
        DeepModel subject, DeepModel reference, IReadOnlyList<int> subjectLayers, IReadOnlyList<int> referenceLayers)
    {
        var both = subjectLayers.Zip(referenceLayers)
            .SelectMany(layers => Roles.Select(role => (B: subject.Factors.GetValueOrDefault((layers.First, role)), A: reference.Factors.GetValueOrDefault((layers.Second, role)))))
            .Where(p => p is { A: not null, B: not null }).ToList();
        return (both.ConvertAll(p => p.B!), both.ConvertAll(p => p.A!));
    }
}
