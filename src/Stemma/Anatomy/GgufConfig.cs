using System.Globalization;
using Stemma.Checkpoints;

namespace Stemma.Anatomy;

/// <summary>What a GGUF file's keys say about sizes (ggml-org/ggml, docs/gguf.md): <c>llama.block_count</c> and so on, under the architecture's name.</summary>
internal static class GgufConfig
{
    private const string Architecture = "general.architecture";

    /// <summary>True for a checkpoint that says its sizes itself.</summary>
    public static bool IsIn(Checkpoint checkpoint) => checkpoint.Format == "gguf" && checkpoint.Metadata.ContainsKey(Architecture);

    /// <summary>Reads the keys.</summary>
    public static ModelConfig Read(IReadOnlyDictionary<string, string> keys)
    {
        var name = keys[Architecture];
        var (heads, hidden) = (Number(keys, $"{name}.attention.head_count"), Number(keys, $"{name}.embedding_length"));
        var (groups, size) = (Number(keys, $"{name}.attention.head_count_kv"), Number(keys, $"{name}.attention.key_length"));
        // Latent attention is described as it runs, with one key that all heads share; the sizes of its heads are said beside.
        if (Number(keys, $"{name}.attention.key_length_mla") is > 0 and var own) (groups, size) = (heads, own);
        return new ModelConfig
        {
            ModelType = name,
            DeclaredArchitecture = name,
            // Layers that predict further tokens are counted with the others.
            Layers = Math.Max(0, Number(keys, $"{name}.block_count") - Number(keys, $"{name}.nextn_predict_layers")),
            Hidden = hidden,
            Heads = heads,
            KvHeads = groups > 0 ? groups : heads,
            HeadDim = size > 0 ? size : heads > 0 && hidden % heads == 0 ? hidden / heads : 0,
            ExpertsPerToken = Number(keys, $"{name}.expert_used_count"),
            ExpertGroups = Number(keys, $"{name}.expert_group_count"),
        };
    }

    /// <summary>A size; zero when it is not said, is none, or differs from layer to layer.</summary>
    private static int Number(IReadOnlyDictionary<string, string> keys, string key)
    {
        if (!keys.TryGetValue(key, out var text)) return 0;
        var words = text.Split(", ").Distinct(StringComparer.Ordinal).ToList();
        return words is [var one] && int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size <= ModelConfig.LargestSize ? size : 0;
    }
}
