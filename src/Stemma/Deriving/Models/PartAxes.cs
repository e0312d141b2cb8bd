using Stemma.Anatomy;

namespace Stemma.Deriving.Models;

/// <summary>What is counted along one side of a matrix. Two sides that count the same thing must be renumbered together.</summary>
internal enum AxisKind
{
    /// <summary>Something that no operation renumbers: a latent space, the dimensions of one head.</summary>
    Other,

    /// <summary>The dimensions of the hidden state.</summary>
    Residual,

    /// <summary>The hidden units of one FFN.</summary>
    Units,

    /// <summary>Query heads times the size of a head.</summary>
    Query,

    /// <summary>Key-value heads times the size of a head.</summary>
    KeyValue,

    /// <summary>Query heads.</summary>
    Heads,

    Vocabulary, Experts,
}

/// <summary>The sides of a part as a matrix [outputs, inputs]; a vector has outputs only.</summary>
internal readonly record struct PartAxes(AxisKind Outputs, AxisKind Inputs)
{
    /// <summary>The sides of a part, from its role and, where a norm may be per head or over all heads, from its length.</summary>
    public static PartAxes Of(TensorPart part, ModelShape shape)
    {
        var axes = OfMatrix(part, shape);
        return part.IsBias ? axes with { Inputs = AxisKind.Other } : axes;
    }

    private static PartAxes OfMatrix(TensorPart part, ModelShape shape) => part.Role switch
    {
        TensorRole.Embed or TensorRole.LmHead => new(AxisKind.Vocabulary, AxisKind.Residual),
        // A bias of these is a norm's shift; a position table has none.
        TensorRole.PosEmbed or TensorRole.TypeEmbed => new(AxisKind.Other, AxisKind.Residual),
        TensorRole.Q => new(AxisKind.Query, AxisKind.Residual),
        TensorRole.K or TensorRole.V => new(AxisKind.KeyValue, AxisKind.Residual),
        TensorRole.O => new(AxisKind.Residual, AxisKind.Query),
        TensorRole.Gate or TensorRole.Up => new(AxisKind.Units, AxisKind.Residual),
        TensorRole.Down => new(AxisKind.Residual, AxisKind.Units),
        TensorRole.Router => new(AxisKind.Experts, AxisKind.Residual),
        TensorRole.RouterBias or TensorRole.RouterScale => new(AxisKind.Experts, AxisKind.Other),
        TensorRole.SharedGate or TensorRole.QA or TensorRole.KvA => new(AxisKind.Other, AxisKind.Residual),
        TensorRole.NormAttn or TensorRole.NormAttnPost or TensorRole.NormFfn or TensorRole.NormFfnPost or TensorRole.FinalNorm or TensorRole.EmbedNorm
            => new(AxisKind.Residual, AxisKind.Other),
        TensorRole.QNorm when IsLong(part, shape) => new(AxisKind.Query, AxisKind.Other),
        TensorRole.KNorm when IsLong(part, shape) => new(AxisKind.KeyValue, AxisKind.Other),
        TensorRole.Sinks => new(AxisKind.Heads, AxisKind.Other),
        _ => new(AxisKind.Other, AxisKind.Other),
    };

    /// <summary>A norm over all heads together (OLMo 2) and not over each by itself (Qwen 3).</summary>
    private static bool IsLong(TensorPart part, ModelShape shape) => part.Columns.Count != shape.HeadDim;
}
