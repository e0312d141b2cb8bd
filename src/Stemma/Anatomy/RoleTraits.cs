namespace Stemma.Anatomy;

/// <summary>What follows from a role alone.</summary>
internal static class RoleTraits
{
    /// <summary>A vector that scales what passes through it.</summary>
    public static bool IsGain(TensorRole role) => role is TensorRole.NormAttn or TensorRole.NormAttnPost or TensorRole.NormFfn or TensorRole.NormFfnPost
        or TensorRole.FinalNorm or TensorRole.EmbedNorm or TensorRole.QNorm or TensorRole.KNorm or TensorRole.QANorm or TensorRole.KvANorm;

    /// <summary>A gain of the residual width.</summary>
    public static bool IsResidualGain(TensorRole role) => role is TensorRole.NormAttn or TensorRole.NormAttnPost or TensorRole.NormFfn
        or TensorRole.NormFfnPost or TensorRole.FinalNorm;

    /// <summary>A matrix that reads the residual stream.</summary>
    public static bool ReadsResidual(TensorRole role) => role is TensorRole.Q or TensorRole.K or TensorRole.V or TensorRole.Gate or TensorRole.Up
        or TensorRole.Router or TensorRole.SharedGate or TensorRole.QA or TensorRole.KvA;

    /// <summary>A matrix that writes the residual stream.</summary>
    public static bool WritesResidual(TensorRole role) => role is TensorRole.O or TensorRole.Down;

    /// <summary>A matrix, two-dimensional when it stands alone.</summary>
    public static bool IsMatrix(TensorRole role) => ReadsResidual(role) || WritesResidual(role) || role is TensorRole.QB or TensorRole.KvB
        or TensorRole.Embed or TensorRole.PosEmbed or TensorRole.TypeEmbed or TensorRole.LmHead;

    /// <summary>Roles that belong to no layer.</summary>
    public static bool IsGlobal(TensorRole role) => role is TensorRole.Embed or TensorRole.PosEmbed or TensorRole.TypeEmbed or TensorRole.EmbedNorm
        or TensorRole.FinalNorm or TensorRole.LmHead;
}
