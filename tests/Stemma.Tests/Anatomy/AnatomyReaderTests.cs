using FsCheck;
using FsCheck.Fluent;
using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Tests.Anatomy;

public sealed class AnatomyReaderTests
{
    private static readonly string Llama = LlamaNamesFixtures.All.Single(one => one.Label == "Llama names with biases").Lines;

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1,2]")]
    [InlineData("not json")]
    public void A_broken_config_is_a_typed_fault(string config)
    {
        using var folder = new CompanionFolder().With("config.json", config);

        var fault = Assert.Throws<StemmaException>(() => AnatomyReader.Read(Header.Parse(Llama), folder.Path, "x")).Fault;

        Assert.Equal(FaultCode.ConfigInvalid, fault.Code);
        Assert.Equal("config.json", fault.File);
    }

    [Fact]
    public void A_config_nested_too_deep_is_refused_quickly()
    {
        using var folder = new CompanionFolder().With("config.json", new string('[', 1_000_000));
        Assert.Equal(FaultCode.ConfigInvalid, Assert.Throws<StemmaException>(() => AnatomyReader.Read([], folder.Path, "x")).Fault.Code);
    }

    [Fact]
    public void Odd_values_and_double_keys_in_a_config_are_not_believed_and_not_fatal()
    {
        const string Config = """
            {"hidden_size":"8","num_attention_heads":-4,"num_key_value_heads":1e300,"num_hidden_layers":1,"num_hidden_layers":1,
             "model_type":["llama"],"architectures":{"a":1},"head_dim":null,"tie_word_embeddings":"yes"}
            """;
        using var folder = new CompanionFolder().With("config.json", Config);

        var anatomy = AnatomyReader.Read(Header.Parse(Llama), folder.Path, "x");

        Assert.Equal("llama", anatomy.Architecture);
        Assert.Null(anatomy.DeclaredArchitecture);
        Assert.Equal(new ModelShape { Layers = 1, Hidden = 8, Ffn = 12, Vocabulary = 20 }, anatomy.Shape);
    }

    [Fact]
    public void The_configuration_fills_in_heads_and_experts_per_token()
    {
        const string Config = """{"model_type":"llama","hidden_size":8,"num_attention_heads":4,"num_key_value_heads":2,"num_experts_per_tok":2,"num_groups":2}""";
        using var folder = new CompanionFolder().With("config.json", Config);

        var shape = AnatomyReader.Read(Header.Parse(Llama), folder.Path, "x").Shape;

        Assert.Equal((4, 2, 2, 2, 2), (shape.Heads, shape.KvHeads, shape.HeadDim, shape.ExpertsPerToken, shape.ExpertGroups));
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.weight [8,8]", "model.layers.0.self_attn.q_proj.weight [8,9]")]
    [InlineData("model.layers.0.mlp.up_proj.weight [12,8]", "model.layers.0.mlp.up_proj.weight [13,8]")]
    [InlineData("model.layers.0.mlp.down_proj.weight [8,12]", "model.layers.0.mlp.down_proj.weight [8,2,6]")]
    [InlineData("model.norm.weight [8]", "model.norm.weight [7]")]
    public void A_shape_that_denies_a_name_takes_the_role_back(string good, string bad)
    {
        var anatomy = AnatomyReader.Read(Header.Parse(Llama.Replace(good, bad)), null, "x");

        var name = bad.Split(' ')[0];
        Assert.Equal(TensorRole.Unknown, Assert.Single(anatomy.Assignments.Single(assignment => assignment.Tensor.Name == name).Parts).Role);
        Assert.Contains(anatomy.Notices, notice => notice.Code == "layout-mismatch");
    }

    [Fact]
    public void Two_tensors_that_claim_one_role_are_not_both_believed()
    {
        var anatomy = AnatomyReader.Read(Header.Parse(Llama + "\nmodule.model.norm.weight [8]"), null, "x");
        Assert.Equal(TensorRole.Unknown, Assert.Single(anatomy.Assignments[^1].Parts).Role);
        Assert.Contains(anatomy.Notices, notice => notice.Code == "role-twice");
    }

    [Fact]
    public void A_missing_layer_limits_coverage()
    {
        using var folder = new CompanionFolder().With("config.json", """{"num_hidden_layers":2}""");
        Assert.Contains(AnatomyReader.Read(Header.Parse(Llama), folder.Path, "x").Notices, notice => notice is { Code: "layers-missing", LimitsCoverage: true });
    }

    [Fact]
    public void A_layer_number_of_a_billion_is_text_and_nobody_allocates_by_it()
    {
        var anatomy = AnatomyReader.Read(Header.Parse(Llama + "\nmodel.layers.999999999.self_attn.q_proj.weight [8,8]"), null, "x");
        Assert.Equal(1, anatomy.Shape.Layers);
        Assert.Equal(TensorRole.Unknown, anatomy.Assignments[^1].Parts[0].Role);
    }

    [Fact]
    public void The_name_bias_is_a_mask_only_in_the_shape_of_a_mask()
    {
        var anatomy = AnatomyReader.Read(Header.Parse("h.0.attn.bias [1,1,8,8]\nh.0.attn.c_attn.bias [24]\nx.mask [8,9]\nx.tril [8,8]\nx.inv_freq [4]\nx.inv_freq [4,4]"), null, "x");
        Assert.Equal([true, false, false, true, true, false], anatomy.Assignments.Select(assignment => assignment.Parts[0].Role == TensorRole.Buffer));
    }

    [Fact]
    public void Every_tensor_is_assigned_once_and_in_order_whatever_the_names_are()
    {
        Prop.ForAll<string[]>(names =>
        {
            List<TensorInfo> tensors = [.. names.Where(name => name is not null).Select((name, index) => Header.Tensor(name, index % 4 == 0 ? [8] : [8, 8 + index % 3]))];
            return AnatomyReader.Read(tensors, null, "any").Assignments.Select(assignment => assignment.Tensor).SequenceEqual(tensors);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_name_that_holds_the_mark_of_a_number_is_no_numbered_name()
    {
        var tensors = new[] { Header.Tensor("model.layers.#.self_attn.q_proj.weight", 8, 8), Header.Tensor("model.layers.0.mlp.experts.#.up_proj.weight", 8, 8) };
        var anatomy = AnatomyReader.Read(tensors, null, "marked");
        Assert.All(anatomy.Assignments.SelectMany(one => one.Parts), part => Assert.Equal(TensorPart.NoLayer, part.Layer));
    }

    [Fact]
    public void Fifty_thousand_hostile_names_take_time_in_proportion()
    {
        var tensors = Enumerable.Range(0, 50_000).Select(i => Header.Tensor($"layers.0.attn.out{i}.1.2.3.4.5.6.7.8.9", 8, 8)).ToList();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        AnatomyReader.Read(tensors, null, "many");
        Assert.True(watch.Elapsed.TotalSeconds < 20);
    }
}
