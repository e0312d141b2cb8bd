using System.Text.Json;
using Stemma.Anatomy.Families;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>
/// What a model's <c>config.json</c> says about sizes. It is a claim: shapes win wherever the two can be compared. Zero: not said.
/// </summary>
internal sealed record ModelConfig
{
    private static readonly string[] Names = ["config.json", "params.json"];

    internal const int LargestSize = 100_000_000;

    public string ModelType { get; init; } = "";
    public string? DeclaredArchitecture { get; init; }
    public int Layers { get; init; }
    public int Hidden { get; init; }
    public int Heads { get; init; }
    public int KvHeads { get; init; }

    /// <summary>As said, or hidden size over heads.</summary>
    public int HeadDim { get; init; }

    public int ExpertsPerToken { get; init; }
    public int ExpertGroups { get; init; }
    public bool? TiedHead { get; init; }
    public SplitRule FalconLayout { get; init; }

    /// <summary>Reads the folder's configuration: config.json, or params.json where the makers of Llama and Mistral put it.</summary>
    /// <returns>An empty one when there is no folder or no file.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.ConfigInvalid"/> when the file is no JSON object.</exception>
    public static ModelConfig Read(string? folder)
    {
        foreach (var name in Names)
        {
            using var document = CompanionFile.ReadJson(folder, name, FaultCode.ConfigInvalid);
            if (document is null) continue;
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new StemmaException(FaultCode.ConfigInvalid, name, 0, $"a JSON {document.RootElement.ValueKind}", "a JSON object");
            return Parse(document.RootElement);
        }

        return new ModelConfig();
    }

    private static ModelConfig Parse(JsonElement root)
    {
        // Multimodal models keep the language model's sizes in an object of their own.
        var text = root.TryGetProperty("text_config", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
        int Size(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (Number(text, name) is var size and > 0) return size;
            }

            return 0;
        }

        var heads = Size("num_attention_heads", "n_head", "n_heads", "num_heads");
        var hidden = Size("hidden_size", "n_embd", "d_model", "dim");
        var modelType = Text(text, "model_type") ?? Text(root, "model_type") ?? "";
        var keyValueHeads = Size("num_key_value_heads", "multi_query_group_num", "num_kv_heads", "n_head_kv", "n_kv_heads");
        var multiQuery = Flag(text, "multi_query") == true;
        return new ModelConfig
        {
            ModelType = modelType,
            DeclaredArchitecture = root.TryGetProperty("architectures", out var declared) && declared.ValueKind == JsonValueKind.Array && declared.GetArrayLength() > 0
                ? AsText(declared[0])
                : null,
            Layers = Size("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
            Hidden = hidden,
            Heads = heads,
            KvHeads = keyValueHeads > 0 ? keyValueHeads : multiQuery ? 1 : heads,
            HeadDim = Size("head_dim", "kv_channels", "attention_head_dim") is var dim and > 0 ? dim : heads > 0 && hidden % heads == 0 ? hidden / heads : 0,
            ExpertsPerToken = Size("num_experts_per_tok", "moe_topk", "num_experts_per_token", "moe_k"),
            ExpertGroups = Size("num_groups", "n_group"),
            TiedHead = Flag(text, "tie_word_embeddings") ?? Flag(root, "tie_word_embeddings"),
            FalconLayout = heads == 0 ? SplitRule.None
                : Flag(text, "new_decoder_architecture") == true || (modelType.Equals("RefinedWeb", StringComparison.Ordinal) && keyValueHeads > 1) ? SplitRule.QkvPerGroup
                : multiQuery ? SplitRule.QkvContiguous
                : SplitRule.QkvPerHead,
        };
    }

    private static int Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size is > 0 and <= LargestSize ? size : 0;

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.ValueKind == JsonValueKind.True : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? AsText(value) : null;

    private static string? AsText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: valid JSON, no text.
            return null;
        }
    }
}
