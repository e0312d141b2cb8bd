using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Tests.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Anatomy.Values;

/// <summary>
/// Families whose GGUF files are read and not written here. What llama.cpp's converter does to each is done again in the test, number by number; then every matrix, gain and
/// bias of the file must be that of the original.
/// </summary>
public sealed class GgufReadingTests : IDisposable
{
    private const int Layers = 2, Hidden = 24, Heads = 4, Groups = 2, Dim = 6, Ffn = 10, Experts = 3;

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Families => ["granite", "gpt_neox", "falcon", "gpt_oss", "glm4_moe", "nemotron", "olmo2"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_number_means_in_the_file_what_it_means_in_the_original(string family)
    {
        using var original = Draw(family);
        using var before = ModelWeights.Open(original.Path);
        using var after = ModelWeights.Open(Convert(family, original));
        Assert.Empty(after.Anatomy.Notices);
        Assert.DoesNotContain(after.Checkpoint.Notices, notice => notice.LimitsCoverage);
        Assert.Equal((before.Shape.Layers, before.Shape.Heads, before.Shape.KvHeads, before.Shape.HeadDim, before.Shape.Experts), (after.Shape.Layers, after.Shape.Heads, after.Shape.KvHeads, after.Shape.HeadDim, after.Shape.Experts));
        var parts = before.Anatomy.Assignments.SelectMany(assignment => assignment.Parts).ToList();
        Assert.Equal(parts.Select(Place).Order(), after.Anatomy.Assignments.SelectMany(assignment => assignment.Parts).Select(Place).Order());
        foreach (var part in parts)
        {
            if (part.IsBias && part.Expert == TensorPart.NoExpert) Assert.Equal(before.ReadVector(part.Role, part.Layer, bias: true), after.ReadVector(part.Role, part.Layer, bias: true));
            else if (RoleTraits.IsGain(part.Role)) Assert.Equal(before.Gain(new(part.Role, part.Layer)), after.Gain(new(part.Role, part.Layer)));
            else if (!part.IsBias) Assert.Equal(before.Read(part.Role, part.Layer, part.Expert)!.Data, after.Read(part.Role, part.Layer, part.Expert)!.Data);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A part without its place in a tensor; what it reads and writes must be scaled by the same gains.</summary>
    private static string Place(TensorPart part) => $"{part.Role} {part.IsBias} {part.Layer} {part.Expert} <{part.InputGain?.Role} >{part.OutputGain?.Role}";

    private static DrawnModel Draw(string family)
    {
        const string Sizes = "\"hidden_size\":24,\"num_hidden_layers\":2,\"num_attention_heads\":4,\"num_key_value_heads\":2,\"head_dim\":6,\"intermediate_size\":10";
        (string Name, long[] Shape)[] outside = [("model.embed_tokens.weight", [20, Hidden]), ("model.norm.weight", [Hidden]), ("lm_head.weight", [20, Hidden])];
        (string Name, long[] Shape)[] attention =
        [
            ("self_attn.q_proj.weight", [Heads * Dim, Hidden]), ("self_attn.k_proj.weight", [Groups * Dim, Hidden]), ("self_attn.v_proj.weight", [Groups * Dim, Hidden]), ("self_attn.o_proj.weight", [Hidden, Heads * Dim]),
        ];
        (string Name, long[] Shape)[] biases = [("self_attn.q_proj.bias", [Heads * Dim]), ("self_attn.k_proj.bias", [Groups * Dim]), ("self_attn.v_proj.bias", [Groups * Dim])];
        (string Name, long[] Shape)[] norms = [("input_layernorm.weight", [Hidden]), ("post_attention_layernorm.weight", [Hidden])];
        (string Name, long[] Shape)[] ffn = [("mlp.gate_proj.weight", [Ffn, Hidden]), ("mlp.up_proj.weight", [Ffn, Hidden]), ("mlp.down_proj.weight", [Hidden, Ffn])];
        return family switch
        {
            "granite" => Of(outside, [.. attention, .. biases, .. norms, .. ffn]),
            "nemotron" => Of([.. outside, ("model.norm.bias", [Hidden])], [.. attention, .. norms, ("input_layernorm.bias", [Hidden]), ("post_attention_layernorm.bias", [Hidden]), .. ffn.Skip(1)]),
            "olmo2" => Of(outside, [.. attention, ("self_attn.q_norm.weight", [Heads * Dim]), ("self_attn.k_norm.weight", [Groups * Dim]), norms[1], ("post_feedforward_layernorm.weight", [Hidden]), .. ffn]),
            "glm4_moe" => Of(outside, [.. attention, .. biases, .. norms, ("mlp.gate.weight", [Experts, Hidden]), ("mlp.gate.e_score_correction_bias", [Experts]),
                .. Enumerable.Range(0, Experts).SelectMany(e => ffn.Select(one => (one.Name.Replace("mlp.", $"mlp.experts.{e}.", StringComparison.Ordinal), one.Shape))),
                .. ffn.Select(one => (one.Name.Replace("mlp.", "mlp.shared_experts.", StringComparison.Ordinal), one.Shape))]),
            "gpt_oss" => Of(outside, [.. attention, .. biases, ("self_attn.o_proj.bias", [Hidden]), ("self_attn.sinks", [Heads]), .. norms, ("mlp.router.weight", [Experts, Hidden]), ("mlp.router.bias", [Experts]),
                ("mlp.experts.gate_up_proj", [Experts, Hidden, 2 * Ffn]), ("mlp.experts.gate_up_proj_bias", [Experts, 2 * Ffn]), ("mlp.experts.down_proj", [Experts, Ffn, Hidden]), ("mlp.experts.down_proj_bias", [Experts, Hidden])]),
            "gpt_neox" => new($"{{\"model_type\":\"gpt_neox\",{Sizes.Replace("_value_heads\":2", "_value_heads\":4", StringComparison.Ordinal)}}}", DrawnModel.Layers(Layers,
            [
                ("gpt_neox.embed_in.weight", [20, Hidden]), ("embed_out.weight", [20, Hidden]), ("gpt_neox.final_layer_norm.weight", [Hidden]), ("gpt_neox.final_layer_norm.bias", [Hidden]),
                .. Both("gpt_neox.layers.{i}.input_layernorm", Hidden), .. Both("gpt_neox.layers.{i}.post_attention_layernorm", Hidden),
                .. Both("gpt_neox.layers.{i}.attention.query_key_value", 3 * Heads * Dim, Hidden), .. Both("gpt_neox.layers.{i}.attention.dense", Hidden, Heads * Dim),
                .. Both("gpt_neox.layers.{i}.mlp.dense_h_to_4h", Ffn, Hidden), .. Both("gpt_neox.layers.{i}.mlp.dense_4h_to_h", Hidden, Ffn),
            ])),
            _ => new($"{{\"model_type\":\"falcon\",\"new_decoder_architecture\":true,\"num_kv_heads\":2,{Sizes}}}", DrawnModel.Layers(Layers,
            [
                ("transformer.word_embeddings.weight", [20, Hidden]), ("lm_head.weight", [20, Hidden]), .. Both("transformer.ln_f", Hidden), .. Both("transformer.h.{i}.ln_attn", Hidden), .. Both("transformer.h.{i}.ln_mlp", Hidden),
                ("transformer.h.{i}.self_attention.query_key_value.weight", [(Heads + (2 * Groups)) * Dim, Hidden]), ("transformer.h.{i}.self_attention.dense.weight", [Hidden, Heads * Dim]),
                ("transformer.h.{i}.mlp.dense_h_to_4h.weight", [Ffn, Hidden]), ("transformer.h.{i}.mlp.dense_4h_to_h.weight", [Hidden, Ffn]),
            ])),
        };

        DrawnModel Of((string, long[])[] everywhere, (string Name, long[] Shape)[] layer) => new($"{{\"model_type\":\"{family}\",{Sizes}}}",
            DrawnModel.Layers(Layers, [.. everywhere, .. layer.Select(one => ("model.layers.{i}." + one.Name, one.Shape))]));

        static IEnumerable<(string, long[])> Both(string name, params long[] shape) => [($"{name}.weight", shape), ($"{name}.bias", [shape[0]])];
    }

    private string Convert(string family, DrawnModel model)
    {
        var architecture = family switch { "gpt_neox" => "gptneox", "gpt_oss" => "gpt-oss", "glm4_moe" => "glm4moe", _ => family };
        var keyHeads = family == "gpt_neox" ? Heads : Groups;
        var file = new GgufBytes().Key("general.architecture", architecture).Key($"{architecture}.block_count", Layers).Key($"{architecture}.embedding_length", Hidden)
            .Key($"{architecture}.attention.head_count", Heads).Key($"{architecture}.attention.head_count_kv", (uint)keyHeads).Key($"{architecture}.attention.key_length", Dim);
        foreach (var (name, shape, numbers) in Stacked(model.Tensors.SelectMany(tensor => GgufConverter.Convert(family, tensor.Key, tensor.Value.Shape, tensor.Value.Numbers, Heads, keyHeads))))
            file.Floats(name, [.. shape.Select(size => (int)size)], numbers);
        return _folder.Write(family + ".gguf", file.ToArray());
    }

    /// <summary>Experts under one name become one tensor.</summary>
    private static IEnumerable<(string Name, long[] Shape, float[] Numbers)> Stacked(IEnumerable<(string Name, long[] Shape, float[] Numbers)> tensors) =>
        tensors.GroupBy(tensor => tensor.Name, StringComparer.Ordinal).Select(group => group.Count() == 1 ? group.First()
            : (group.Key, [group.Count(), .. group.First().Shape], [.. group.SelectMany(tensor => tensor.Numbers)]));
}
