using Stemma.Auditing.Sources;

namespace Stemma.Tests.Auditing.Sources;

public sealed class KnownFamiliesTests
{
    [Theory]
    [InlineData("Qwen2Attention", "Qwen")]
    [InlineData("LlamaMLP", "Llama")]
    [InlineData("DeepseekV3MoE", "DeepSeek")]
    [InlineData("_Qwen3MoeSparseMoeBlock", "Qwen")]
    [InlineData("PhiForCausalLM", "Phi")]
    [InlineData("Philosophy", null)]
    [InlineData("OptimizerModel", null)]
    [InlineData("LlamaTokenizer", null)]
    [InlineData("YieldConfig", null)]
    [InlineData("OursAttention", null)]
    public void Classes_of_known_families_are_told_by_their_names(string name, string? family) => Assert.Equal(family, KnownFamilies.OfClass(name)?.Name);

    [Theory]
    [InlineData("Qwen/Qwen2.5-14B", "Qwen")]
    [InlineData("modeling_qwen2", "Qwen")]
    [InlineData("codellama-7b", "Llama")]
    [InlineData("/data/opt-1.3b", "OPT")]
    [InlineData("optimal-1b", null)]
    [InlineData("coherent-1b", null)]
    [InlineData("royal/yield", null)]
    public void Models_are_told_by_words(string name, string? family) => Assert.Equal(family, KnownFamilies.InName(name).Select(one => one.Name).SingleOrDefault());
}
