using Stemma.Anatomy;

namespace Stemma.Deriving.Models;

/// <summary>The matrices of the layers: what is pruned and quantised in practice. Routers, norms and biases are left alone.</summary>
internal static class LinearWeights
{
    /// <summary>True for the matrices of attention and FFN, and on request for embedding and output matrix.</summary>
    public static bool Contains(TensorPart part, bool embeddings) => !part.IsBias && part.Role switch
    {
        TensorRole.Q or TensorRole.K or TensorRole.V or TensorRole.O or TensorRole.Gate or TensorRole.Up or TensorRole.Down
            or TensorRole.QA or TensorRole.QB or TensorRole.KvA or TensorRole.KvB => true,
        TensorRole.Embed or TensorRole.LmHead => embeddings,
        _ => false,
    };

    /// <summary>Refuses a model in which none is recognised.</summary>
    public static void Require(SourceModel model, string operation)
    {
        if (!model.Assignments.SelectMany(a => a.Parts).Any(p => Contains(p, embeddings: false)))
            throw model.Refuse("no matrix whose role is known", $"attention or FFN matrices by known names for {operation}");
    }
}
