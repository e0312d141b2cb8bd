using System.Text.Json;

namespace Stemma.Running.Config;

/// <summary>Settings that change what is computed and are not computed here: any other value than the one that changes nothing is refused.</summary>
internal static class Refusals
{
    private static readonly (string Name, string Why, Func<JsonElement, bool> Harmless)[] All =
    [
        ("attn_logit_softcapping", "attention scores that are bounded are not computed", Never),
        ("final_logit_softcapping", "logits that are bounded are not computed", Never),
        ("logit_scale", "scaled logits are not computed", One),
        ("logits_scaling", "scaled logits are not computed", One),
        ("residual_multiplier", "scaled residuals are not computed", One),
        ("embedding_multiplier", "scaled embeddings are not computed", One),
        ("attention_multiplier", "scaled attention is not computed", Never),
        ("query_pre_attn_scalar", "another scale of attention is not computed", Never),
        ("clip_qkv", "clipped queries and keys are not computed", Never),
        ("alibi", "linear biases for positions are not computed", False),
        ("use_alibi", "linear biases for positions are not computed", False),
        ("scale_attn_weights", "attention without its scale is not computed", True),
        ("scale_attn_by_inverse_layer_idx", "attention scaled by layer is not computed", False),
        ("add_cross_attention", "cross-attention is not computed", False),
        ("is_encoder_decoder", "encoders are not computed", False),
        ("sandwich_norm", "norms behind the blocks of this family are not computed", False),
        ("vision_config", "only text models are computed", Never),
    ];

    /// <summary>Looks for each of them.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.RunUnsupported"/>.</exception>
    public static void Check(ConfigValues config)
    {
        foreach (var (name, why, harmless) in All) config.Refuse(name, why, harmless);
    }

    private static bool Never(JsonElement value) => false;

    private static bool One(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == 1;

    private static bool True(JsonElement value) => value.ValueKind == JsonValueKind.True;

    private static bool False(JsonElement value) => value.ValueKind == JsonValueKind.False;
}
