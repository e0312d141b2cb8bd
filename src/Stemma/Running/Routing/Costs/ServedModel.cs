using System.Text.Json;
using System.Text.Json.Nodes;
using Stemma.Deriving.Models;
using Stemma.Foundation;

namespace Stemma.Running.Routing.Costs;

/// <summary>What of a transformer's shape decides how long a step takes. Norms, biases and routers are left out: a thousandth of the whole.</summary>
public sealed record ServedModel
{
    private static readonly string[] TwoMatrixFfn = ["gpt2", "gptj", "gpt_neo", "gpt_neox", "opt", "bloom", "falcon", "phi", "starcoder2", "mpt"];

    public required string Name { get; init; }

    public required int Layers { get; init; }

    /// <summary>Layers with routed experts.</summary>
    public required int MoeLayers { get; init; }

    public required int Hidden { get; init; }

    /// <summary>Query heads times their width.</summary>
    public required int QueryWidth { get; init; }

    /// <summary>Numbers that one token leaves in the cache, over all layers.</summary>
    public required long CacheNumbers { get; init; }

    /// <summary>Parameters of attention, over all layers.</summary>
    public required long AttentionParameters { get; init; }

    /// <summary>Parameters of the FFN that every token uses: dense layers and shared experts, over all layers.</summary>
    public required long SharedParameters { get; init; }

    /// <summary>Parameters of one routed expert of one layer; 0 for a dense model.</summary>
    public required long ExpertParameters { get; init; }

    /// <summary>Parameters of the head; the embedding has as many and only one row of it is read per token.</summary>
    public required long HeadParameters { get; init; }

    /// <summary>Routed experts of a layer; 0 for a dense model.</summary>
    public required int Experts { get; init; }

    /// <summary>Experts per token.</summary>
    public required int Top { get; init; }

    /// <summary>Groups as declared, or else one per expert of a token where that divides the experts: what grouping would do.</summary>
    public required int Groups { get; init; }

    public bool IsDense => Experts == 0;

    /// <summary>All matrices that a device must hold, the embedding among them.</summary>
    public long Parameters => AttentionParameters + SharedParameters + ((long)MoeLayers * Experts * ExpertParameters) + (2 * HeadParameters);

    /// <summary>Matrices that one token uses, embedding and head among them.</summary>
    public long ActiveParameters => AttentionParameters + SharedParameters + ((long)MoeLayers * Top * ExpertParameters) + (2 * HeadParameters);

    /// <summary>The shape of a published model or of a configuration.</summary>
    /// <param name="nameOrFile">A name that <c>stemma derive synthesise</c> knows, a folder with a config.json, or such a file.</param>
    /// <exception cref="StemmaException">There is no such shape, or it lacks a size that the cost needs.</exception>
    public static ServedModel Of(string nameOrFile)
    {
        var config = ConfigFile.Sizes(ShapeLibrary.Read(nameOrFile));
        int Size(int otherwise, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (config[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var size) && size is > 0 and < 10_000_000) return size;
            return otherwise >= 0 ? otherwise : throw new StemmaException(FaultCode.ConfigInvalid, nameOrFile, null, $"no size '{names[0]}'", "a configuration that says it");
        }

        if (config["kv_lora_rank"] is not null)
            throw new StemmaException(FaultCode.RoutingSettingInvalid, nameOrFile, null, "attention with a compressed cache (MLA)", "attention with keys and values per head", "Choose another shape: the cost of this attention is not modelled");
        var (hidden, layers) = (Size(-1, "hidden_size", "n_embd", "d_model"), Size(-1, "num_hidden_layers", "n_layer", "num_layers"));
        var heads = Size(-1, "num_attention_heads", "n_head");
        var (kv, width) = (Size(heads, "num_key_value_heads"), Size(hidden / heads, "head_dim"));
        var type = config["model_type"] is JsonValue said && said.GetValueKind() == JsonValueKind.String ? said.GetValue<string>() : "";
        var matrices = TwoMatrixFfn.Contains(type, StringComparer.Ordinal) ? 2L : 3L;
        var experts = Size(0, "num_experts", "num_local_experts", "n_routed_experts");
        var top = experts == 0 ? 0 : Math.Min(experts, Size(1, "num_experts_per_tok"));
        var moeLayers = experts == 0 ? 0 : Math.Max(0, layers - Size(0, "first_k_dense_replace"));
        var dense = layers > moeLayers ? Size(4 * hidden, "intermediate_size", "n_inner") : 0;
        var expertFfn = experts == 0 ? 0 : Size(Size(4 * hidden, "intermediate_size"), "moe_intermediate_size");
        var shared = experts == 0 ? 0 : Size(expertFfn * Size(0, "n_shared_experts"), "shared_expert_intermediate_size");
        var declared = Size(0, "num_groups");
        return new()
        {
            Name = Path.GetFileName(nameOrFile.TrimEnd('/', '\\')) is "config.json" ? type : Path.GetFileName(nameOrFile.TrimEnd('/', '\\')),
            Layers = layers,
            MoeLayers = moeLayers,
            Hidden = hidden,
            QueryWidth = heads * width,
            CacheNumbers = 2L * layers * kv * width,
            AttentionParameters = 2L * layers * hidden * width * (heads + kv),
            SharedParameters = matrices * hidden * (((long)(layers - moeLayers) * dense) + ((long)moeLayers * shared)),
            ExpertParameters = matrices * hidden * expertFfn,
            HeadParameters = (long)hidden * Size(-1, "vocab_size", "padded_vocab_size"),
            Experts = experts,
            Top = top,
            Groups = experts == 0 ? 0 : declared > 0 && experts % declared == 0 && top % declared == 0 ? declared : experts % top == 0 ? top : 1,
        };
    }
}
