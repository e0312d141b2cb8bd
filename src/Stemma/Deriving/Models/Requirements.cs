using Stemma.Anatomy;
using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>How a model normalises its hidden state.</summary>
internal enum NormKind
{
    /// <summary>Divides by the root mean square: any rotation of the hidden state passes through.</summary>
    Rms,

    /// <summary>Takes the mean away first: only renumberings pass through.</summary>
    Layer,

    /// <summary>Nothing tells.</summary>
    Unknown,
}

/// <summary>What an operation may ask of a model, each with one refusal that says what to do.</summary>
internal static class Requirements
{
    /// <summary>True when a requirement is met, for what is done only where it can be.</summary>
    public static bool Allows(Action requirement)
    {
        try
        {
            requirement();
            return true;
        }
        catch (StemmaException refused) when (refused.Fault.Code == FaultCode.DerivationUnsupported)
        {
            return false;
        }
    }

    /// <summary>Weights must be plain numbers whose roles are known to the last tensor: what nobody understands cannot be changed along with the rest.</summary>
    public static void EveryRole(SourceModel model, string operation)
    {
        var stranger = model.Assignments.FirstOrDefault(a => a.Parts[0].Role == TensorRole.Unknown);
        if (stranger is not null)
        {
            throw model.Refuse(
                $"the tensor {SafeText.Escape(stranger.Tensor.Name)}, whose role nobody knows", $"known roles for every tensor: {operation} changes all that belong together",
                "use an operation that needs no roles (noise), or a model of a known family");
        }
    }

    /// <summary>At least one FFN whose roles are known.</summary>
    public static void Ffn(SourceModel model, string operation)
    {
        if (!model.Parts(TensorRole.Up).Any()) throw model.Refuse("no FFN that is recognised", $"gate, up and down matrices by known names: {operation} works on them");
    }

    /// <summary>One FFN per layer.</summary>
    public static void Dense(SourceModel model, string operation)
    {
        Ffn(model, operation);
        if (model.Parts(TensorRole.Up).Any(p => p.Part.Expert != TensorPart.NoExpert))
            throw model.Refuse("a mixture of experts", $"a dense model for {operation}", "collapse the experts first: stemma derive collapse-moe");
    }

    /// <summary>Heads that may be renumbered: as many as the tensors say, in tensors that hold all of them, told apart by nothing but their weights.</summary>
    public static void Heads(SourceModel model, string operation)
    {
        var shape = model.Shape;
        var allowed = $"attention whose heads are known and alike, for {operation} of heads";
        if (shape.Heads <= 0 || shape.KvHeads <= 0 || shape.Heads % shape.KvHeads != 0)
            throw model.Refuse("nothing that tells the number of heads", allowed, "put the model's config.json beside its weights");
        if (model.Parts(TensorRole.QB, TensorRole.KvB, TensorRole.QA, TensorRole.KvA).Any())
            throw model.Refuse("latent attention (MLA)", allowed, "leave out --groups and --heads");
        if (model.Parts(TensorRole.Q).Any(p => p.Part.Head != TensorPart.NoHead))
            throw model.Refuse("heads in tensors of their own", allowed, "leave out --groups and --heads");
        if (UsesAlibi(model)) throw model.Refuse("ALiBi, whose slopes belong to the heads' numbers", allowed, "leave out --groups and --heads");
        foreach (var (tensor, part) in model.Parts(TensorRole.Q, TensorRole.K, TensorRole.V))
        {
            var (heads, width) = (part.Role == TensorRole.Q ? shape.Heads : shape.KvHeads, model.Read(tensor, part).Outputs);
            if (width != (long)heads * shape.HeadDim)
                throw model.Refuse($"{width} outputs of {SafeText.Escape(tensor.Tensor.Name)}", $"{heads} heads of {shape.HeadDim} in every layer", "leave out --groups and --heads");
        }
    }

    /// <summary>RMSNorm everywhere.</summary>
    public static void RmsNorm(SourceModel model, string operation)
    {
        var kind = Norm(model);
        if (kind == NormKind.Layer)
            throw model.Refuse("LayerNorm, which takes the mean of the hidden state away", $"RMSNorm for {operation}", "permute the residual dimensions without --signs instead: that passes through LayerNorm");
        if (kind == NormKind.Unknown)
            throw model.Refuse("nothing that tells RMSNorm from LayerNorm", $"a config.json with rms_norm_eps for {operation}", "put the model's config.json beside its weights");
    }

    /// <summary>Each gain of the hidden state stands before matrices that are known: what is taken from it must be given to them.</summary>
    public static void GainsAreRead(SourceModel model, string operation)
    {
        var read = model.Assignments.SelectMany(a => a.Parts).Select(p => p.InputGain).OfType<GainReference>().ToHashSet();
        foreach (var (tensor, part) in model.Parts(TensorRole.NormAttn, TensorRole.NormFfn, TensorRole.FinalNorm))
        {
            var tied = part.Role == TensorRole.FinalNorm && model.Shape.TiedHead;
            if (!tied && !read.Contains(new GainReference(part.Role, part.Layer)))
                throw model.Refuse($"the gain {SafeText.Escape(tensor.Tensor.Name)}, which no known matrix reads", $"known readers of every gain for {operation}");
        }
    }

    /// <summary>How the model normalises. A shift beside a gain is LayerNorm's; without one the configuration's name of the epsilon tells.</summary>
    public static NormKind Norm(SourceModel model)
    {
        if (model.Assignments.SelectMany(a => a.Parts).Any(p => p.IsBias && RoleIsResidualNorm(p.Role))) return NormKind.Layer;
        if (ConfigFile.Number(model.Config, "rms_norm_eps", "rms_norm_epsilon") is not null || ConfigFile.Flag(model.Config, "rmsnorm") == true) return NormKind.Rms;
        // Qwen 1 calls the epsilon of its RMSNorm after LayerNorm.
        if (model.Weights.Anatomy.Architecture == "qwen") return NormKind.Rms;
        return ConfigFile.Number(model.Config, "layer_norm_eps", "layer_norm_epsilon", "layernorm_epsilon") is not null ? NormKind.Layer : NormKind.Unknown;
    }

    /// <summary>Linear biases instead of a positional encoding (Press, Smith, Lewis 2022): BLOOM, MPT, Falcon-RW, Baichuan of 13 B.</summary>
    private static bool UsesAlibi(SourceModel model) =>
        model.Weights.Anatomy.Architecture == "bloom" || ConfigFile.Flag(model.Config, "alibi") == true
        || model.Config?["attn_config"]?["alibi"]?.GetValueKind() == System.Text.Json.JsonValueKind.True
        || (model.Weights.Anatomy.Architecture == "baichuan" && model.Shape.Hidden >= 5120);

    private static bool RoleIsResidualNorm(TensorRole role) => role is TensorRole.NormAttn or TensorRole.NormFfn or TensorRole.NormAttnPost
        or TensorRole.NormFfnPost or TensorRole.FinalNorm or TensorRole.EmbedNorm;
}
