using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Judging;

/// <summary>A trained model published in a quantised layout is still that model, and the layout is named; a stranger in the same layout stays a stranger.</summary>
public sealed class PackedModelTests(PackedModelTests.Shop shop) : IClassFixture<PackedModelTests.Shop>
{
    private static readonly Lazy<Fingerprint> Parent = new(() => Engine.Fingerprint(Repository.At("examples", "parent")));

    [Theory]
    [InlineData("gptq-4")]
    [InlineData("gptq-3")]
    [InlineData("gptq-8")]
    [InlineData("awq")]
    [InlineData("nf4-nested")]
    [InlineData("fp4")]
    [InlineData("int8-rows")]
    [InlineData("packed-int4-zeros")]
    [InlineData("fp8-blocks")]
    [InlineData("fp8-rows")]
    [InlineData("mxfp4")]
    [InlineData("nvfp4")]
    public void A_quantised_model_is_derived_from_its_source_and_the_layout_is_named(string layout)
    {
        var verdict = Engine.Compare(Packed("parent", layout), Parent.Value).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        Assert.True(verdict.Log10P < -100, $"{verdict.Log10P}");
        var quantised = Assert.Single(verdict.Operations, o => o.Name == "quantised");
        Assert.Contains(PackedKinds.Of(layout).Words, quantised.Detail, StringComparison.Ordinal);
        Assert.NotEqual(Direction.ReferenceFromSubject, verdict.Direction);
    }

    [Theory]
    [InlineData("gptq-4")]
    [InlineData("awq")]
    [InlineData("nf4-nested")]
    [InlineData("fp8-blocks")]
    public void A_stranger_in_the_same_layout_is_unrelated(string layout)
    {
        var stranger = Packed("stranger", layout);
        Assert.Equal(Relation.Unrelated, Engine.Compare(stranger, Parent.Value).Verdict.Relation);
        Assert.Equal(Relation.Unrelated, Engine.Compare(stranger, Packed("parent", layout)).Verdict.Relation);
    }

    [Fact]
    public void Two_layouts_of_one_model_meet()
    {
        var verdict = Engine.Compare(Packed("parent", "awq"), Packed("parent", "nf4-nested")).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        var detail = Assert.Single(verdict.Operations, o => o.Name == "quantised").Detail;
        Assert.Contains("AWQ", detail, StringComparison.Ordinal);
        Assert.Contains("NF4", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_layout_is_kept_in_the_fingerprint_file_and_shown_by_inspect()
    {
        var fingerprint = Packed("parent", "gptq-4");
        var file = shop.At("gptq.stemma");
        Engine.Save(fingerprint, file);
        Assert.Contains(Engine.Fingerprint(file).Sketch.Tensors, t => t.Packing == "GPTQ 4-bit, groups of 32");
        Assert.Contains(Engine.Inspect(shop.At("parent-gptq-4"), "m").Tensors, t => t.StoredAs == "GPTQ 4-bit, groups of 32");
    }

    /// <summary>A packed model costs no more fingerprint than its file is worth, though its numbers are handed out eight times as wide.</summary>
    [Fact]
    public void A_fingerprint_is_sized_by_the_bytes_of_the_file() =>
        Assert.True(Packed("parent", "gptq-4").Sketch.Recipe.UnitsPerLayer <= Parent.Value.Sketch.Recipe.UnitsPerLayer);

    [Fact]
    public void What_is_derived_from_a_packed_model_is_written_unpacked()
    {
        _ = Packed("parent", "nf4-nested");
        var child = shop.At("child");
        Engine.Derive(new Stemma.Deriving.Operations.Prune { Fraction = 0.1 }, [shop.At("parent-nf4-nested")], child);
        Assert.DoesNotContain("quantization_config", File.ReadAllText(Path.Combine(child, "config.json")), StringComparison.Ordinal);
        Assert.Equal(Relation.Derived, Engine.Compare(Engine.Fingerprint(child), Parent.Value).Verdict.Relation);
    }

    private Fingerprint Packed(string model, string layout) => shop.Packed(model, layout);

    /// <summary>Each model is packed and read once.</summary>
    public sealed class Shop : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<(string, string), Fingerprint> _packed = [];

        public string At(string name) => _folder.At(name);

        public Fingerprint Packed(string model, string layout)
        {
            if (_packed.TryGetValue((model, layout), out var made)) return made;
            var (pack, _, config) = PackedKinds.Of(layout);
            PackedModel.Write(Repository.At("examples", model), At($"{model}-{layout}"), pack, config);
            return _packed[(model, layout)] = Engine.Fingerprint(At($"{model}-{layout}"));
        }

        public void Dispose() => _folder.Dispose();
    }
}
