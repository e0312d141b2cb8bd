using System.Text.Json;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Deriving;

/// <summary>More or fewer layers, wider or narrower ones, layers of several models.</summary>
public sealed class StructureTests : IDisposable
{
    private readonly Workshop _shop = new();

    public static TheoryData<string> Families => [Workshop.Qwen, Workshop.Llama, Workshop.Gpt2, Workshop.Moge];

    public static TheoryData<string> DenseFamilies => [Workshop.Qwen, Workshop.Llama, Workshop.Gpt2];

    [Theory]
    [MemberData(nameof(Families))]
    public void Copied_layers_that_are_dropped_again_leave_the_parent(string family)
    {
        var parent = _shop.Draw(family);
        var deep = _shop.Derive(new Deepen { Layers = [0, 1, 1] }, parent);
        Assert.Equal(Layers(parent) + 3, Layers(deep));
        Workshop.SameTensors(parent, _shop.Derive(new DropLayers { Layers = [1, 3, 4] }, deep));
        Assert.True(Workshop.Distance(parent, deep) > 0.01);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Silent_copies_keep_the_function(string family)
    {
        var parent = _shop.Draw(family);
        Assert.InRange(Workshop.Distance(parent, _shop.Derive(new Deepen { Layers = [0, 1], Silent = true }, parent)), 0, 1e-12);
    }

    [Fact]
    public void What_the_configuration_says_of_each_layer_goes_with_it()
    {
        var parent = _shop.Draw(Workshop.Qwen.Replace("\"vocab_size\"", "\"layer_types\":[\"full\",\"sliding\",\"full\"],\"vocab_size\"", StringComparison.Ordinal));
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(_shop.Derive(new Deepen { Layers = [1] }, parent), "config.json"))).RootElement;
        Assert.Equal(["full", "sliding", "sliding", "full"], config.GetProperty("layer_types").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal(4, config.GetProperty("num_hidden_layers").GetInt32());
    }

    [Theory]
    [MemberData(nameof(DenseFamilies))]
    public void Copies_that_share_what_was_written_keep_the_function(string family)
    {
        var parent = _shop.Draw(family);
        var ffn = family == Workshop.Gpt2 ? 192 : 40;
        foreach (var units in new[] { ffn + 1, (2 * ffn) + 7 })
        {
            Assert.InRange(Workshop.Distance(parent, _shop.Derive(new Widen { Units = units, Seed = 3 }, parent)), 0, 1e-5);
            Assert.InRange(Workshop.Distance(parent, _shop.Derive(new Widen { Units = units, Seed = 3, New = NewUnits.Silent }, parent)), 0, 1e-12);
        }

        Assert.True(Workshop.Distance(parent, _shop.Derive(new Widen { Units = 2 * ffn, New = NewUnits.Random }, parent)) > 0.01);
        Assert.True(Workshop.Distance(parent, _shop.Derive(new Widen { Units = 2 * ffn, Noise = 0.3 }, parent)) > 0.001);
    }

    [Theory]
    [MemberData(nameof(DenseFamilies))]
    public void Units_that_write_nothing_are_the_first_to_go(string family)
    {
        var parent = _shop.Draw(family);
        var ffn = family == Workshop.Gpt2 ? 192 : 40;
        var wide = _shop.Derive(new Widen { Units = ffn + 9, New = NewUnits.Silent }, parent);
        Workshop.SameTensors(parent, _shop.Derive(new Narrow { Units = ffn }, wide));
        var narrow = _shop.Derive(new Narrow { Units = ffn - 5 }, parent);
        Assert.Contains((ffn - 5).ToString(System.Globalization.CultureInfo.InvariantCulture), File.ReadAllText(Path.Combine(narrow, "config.json")), StringComparison.Ordinal);
        Assert.True(Workshop.Distance(parent, narrow) < Workshop.Distance(parent, _shop.Derive(new Narrow { Units = ffn / 4 }, parent)));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_stack_of_all_layers_of_one_model_is_that_model(string family)
    {
        var parent = _shop.Draw(family);
        Workshop.SameTensors(parent, _shop.Derive(new Stack { Layers = [new(0, 0, Layers(parent) - 1)] }, parent));
    }

    [Fact]
    public void A_stack_of_two_has_the_first_ones_input_and_the_last_ones_output()
    {
        var (a, b) = (_shop.Draw(Workshop.Qwen, seed: 1), _shop.Draw(Workshop.Qwen, seed: 2));
        var child = Workshop.Tensors(_shop.Derive(new Stack { Layers = [new(0, 0, 1), new(1, 1, 2)] }, [a, b]));
        var (first, second) = (Workshop.Tensors(a), Workshop.Tensors(b));
        Assert.Equal(first["model.embed_tokens.weight"], child["model.embed_tokens.weight"]);
        Assert.Equal(second["lm_head.weight"], child["lm_head.weight"]);
        Assert.Equal(second["model.norm.weight"], child["model.norm.weight"]);
        Assert.Equal(first["model.layers.1.mlp.up_proj.weight"], child["model.layers.1.mlp.up_proj.weight"]);
        Assert.Equal(second["model.layers.1.mlp.up_proj.weight"], child["model.layers.2.mlp.up_proj.weight"]);
        Assert.Equal(second["model.layers.2.self_attn.q_proj.bias"], child["model.layers.3.self_attn.q_proj.bias"]);
        Assert.Equal(first.Count + 12, child.Count);
    }

    [Fact]
    public void What_does_not_exist_or_does_not_fit_is_refused()
    {
        var (qwen, llama, moge) = (_shop.Draw(Workshop.Qwen), _shop.Draw(Workshop.Llama), _shop.Draw(Workshop.Moge));
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new Deepen { Layers = [3] }, qwen).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new DropLayers { Layers = [0, 1, 2] }, qwen).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new Stack { Layers = [new(1, 0, 0)] }, qwen).Code);
        Assert.Equal(FaultCode.ParentsDiffer, _shop.Refused(new Stack { Layers = [new(0, 0, 0), new(1, 1, 1)] }, qwen, llama).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new Widen { Units = 39 }, qwen).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new Narrow { Units = 41 }, qwen).Code);
        Assert.Contains("collapse-moe", _shop.Refused(new Widen { Units = 100 }, moge).Remedy, StringComparison.Ordinal);
    }

    public void Dispose() => _shop.Dispose();

    private static int Layers(string path) => Workshop.Tensors(path).Keys.Where(name => name.Contains("input_layernorm.weight", StringComparison.Ordinal) || name.EndsWith("ln_1.weight", StringComparison.Ordinal)).Count();
}
