using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running;

/// <summary>One model stored in several ways computes the same, up to the rounding of the storage.</summary>
public sealed class StoredTests : IDisposable
{
    private const string Llama = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,
         "intermediate_size":96,"vocab_size":70,"rms_norm_eps":1e-6,"rope_theta":10000.0,"max_position_embeddings":128,"tie_word_embeddings":false}
        """;

    private const string Llama31 = "\"rope_theta\":500.0,\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":32},";

    private const string GroupsAndYarn = "\"n_group\":4,\"topk_group\":2,\"topk_method\":\"group_limited_greedy\",\"routed_scaling_factor\":1.5,"
        + "\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":64,\"mscale\":0.707,\"mscale_all_dim\":0.707},";

    private static readonly int[] Text = [3, 14, 15, 9, 26, 5, 35, 8, 60, 1, 0, 44];

    private readonly Workshop _shop = new();

    [Theory]
    [InlineData(TensorType.F32, 1e-5)]
    [InlineData(TensorType.BF16, 0.1)]
    [InlineData(TensorType.F16, 0.02)]
    [InlineData(TensorType.Q80, 0.3)]
    public void A_GGUF_file_with_its_reordered_heads_runs_from_its_own_keys(TensorType type, double far)
    {
        var parent = _shop.Draw(Llama);
        var file = _shop.NewPath + ".gguf";
        Engine.Derive(new QuantiseGguf { Type = type }, [parent], file);
        var distance = Outputs.Distance(Outputs.Logits(parent, Text), Outputs.Logits(file, Text));
        Assert.InRange(distance, type == TensorType.F32 ? 0 : 1e-6, far);
    }

    [Theory]
    [InlineData("mixtral")]
    [InlineData("qwen2_moe")]
    [InlineData("qwen2_moe normed")]
    [InlineData("qwen3_moe")]
    [InlineData("gpt2")]
    [InlineData("gemma")]
    [InlineData("phi3")]
    [InlineData("mistral with a window")]
    [InlineData("mistral without one")]
    [InlineData("mixtral with a window")]
    [InlineData("phi3 with a window")]
    [InlineData("llama stretched as Llama 3.1")]
    [InlineData("llama stretched evenly")]
    [InlineData("llama stretched by YaRN")]
    [InlineData("deepseek_v2")]
    [InlineData("deepseek_v2 with groups and YaRN")]
    [InlineData("deepseek_v3")]
    public void A_GGUF_file_of_every_family_that_is_written_computes_what_the_folder_does(string family)
    {
        using var drawn = family switch
        {
            "mixtral" => DrawnModels.Mixtral(),
            "qwen2_moe" => DrawnModels.Qwen2Moe(renormalise: false),
            "qwen2_moe normed" => DrawnModels.Qwen2Moe(renormalise: true),
            "qwen3_moe" => DrawnModels.Qwen3Moe(),
            "gpt2" => DrawnModels.Gpt2(),
            "gemma" => DrawnModels.Llama("gemma", "\"tie_word_embeddings\":true,"),
            "mistral with a window" => DrawnModels.Llama("mistral", "\"sliding_window\":5,"),
            "mistral without one" => DrawnModels.Llama("mistral", "\"sliding_window\":null,"),
            "mixtral with a window" => DrawnModels.Mixtral("\"sliding_window\":5,"),
            "phi3 with a window" => DrawnModels.Phi3("\"sliding_window\":5,"),
            "llama stretched as Llama 3.1" => DrawnModels.Llama("llama", Llama31),
            "llama stretched evenly" => DrawnModels.Llama("llama", "\"rope_scaling\":{\"type\":\"linear\",\"factor\":4.0},"),
            "llama stretched by YaRN" => DrawnModels.Llama("llama", "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":64,\"beta_fast\":16.0},"),
            "deepseek_v2" => DrawnModels.DeepSeek("\"n_shared_experts\":2,\"norm_topk_prob\":false,\"first_k_dense_replace\":1,", queryLatent: false),
            "deepseek_v2 with groups and YaRN" => DrawnModels.DeepSeek(GroupsAndYarn, queryLatent: true),
            "deepseek_v3" => DrawnModels.DeepSeek("\"n_group\":4,\"topk_group\":2,\"norm_topk_prob\":true,\"scoring_func\":\"sigmoid\",\"routed_scaling_factor\":2.5,", queryLatent: true, bias: true, type: "deepseek_v3"),
            _ => DrawnModels.Phi3(),
        };
        var file = _shop.NewPath + ".gguf";
        Engine.Derive(new QuantiseGguf { Type = TensorType.F32 }, [drawn.Path], file);
        Assert.InRange(Outputs.Distance(Outputs.Logits(drawn.Path, Text), Outputs.Logits(file, Text)), 0, 1e-5);
    }

    [Theory]
    [InlineData("rope_freqs.weight", new[] { 1f, 2f, 3f }, FaultCode.RunShape, "3 numbers")]
    [InlineData("rope_freqs.weight", new[] { 1f, 0f }, FaultCode.RunShape, "not above 0")]
    [InlineData("rope_freqs.weight", new[] { float.NaN, 1f }, FaultCode.RunShape, "not above 0")]
    [InlineData("rope_factors_short.weight", new[] { 1f, 1f }, FaultCode.RunUnsupported, "rope_factors_short")]
    public void Tables_of_positions_that_do_not_fit_or_depend_on_the_text_are_refused(string name, float[] numbers, FaultCode code, string found)
    {
        var file = GgufBytes.Llama().Floats(name, [numbers.Length], numbers);
        var path = _shop.NewPath + ".gguf";
        File.WriteAllBytes(path, file.ToArray());
        var fault = Assert.Throws<StemmaException>(() => Transformer.Open(path)).Fault;
        Assert.Equal(code, fault.Code);
        Assert.Contains(found, fault.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorType.BF16, 0.1)]
    [InlineData(TensorType.F16, 0.02)]
    public void A_narrower_type_moves_the_logits_by_its_rounding_only(TensorType type, double far)
    {
        var parent = _shop.Draw(Llama);
        var child = _shop.Derive(new Permute { Seed = 2 }, [parent], new() { Type = type });
        Assert.InRange(Outputs.Distance(Outputs.Logits(parent, Text), Outputs.Logits(child, Text)), 1e-6, far);
    }

    public void Dispose() => _shop.Dispose();
}
