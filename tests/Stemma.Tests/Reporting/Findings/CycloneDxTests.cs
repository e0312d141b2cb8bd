using System.Text.Json.Nodes;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Reporting.CycloneDx;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Findings;

public sealed class CycloneDxTests
{
    [Fact]
    public void A_measured_ancestor_stands_in_the_pedigree_of_the_subject()
    {
        var bom = JsonNode.Parse(ModelBom.Write(new(new([Samples.Derived], []), [])))!;
        var subject = bom["metadata"]!["component"]!;
        Assert.Equal("machine-learning-model", (string?)subject["type"]);
        Assert.Equal("suspect", (string?)subject["name"]);
        Assert.Equal("parent", (string?)Assert.Single(subject["pedigree"]!["ancestors"]!.AsArray())!["name"]);
        Assert.Equal("suspect", (string?)Assert.Single(bom["components"]![0]!["pedigree"]!["descendants"]!.AsArray())!["name"]);
        Assert.Contains("replayed training cannot be excluded", (string?)subject["pedigree"]!["notes"]);
        Assert.Contains(subject["properties"]!.AsArray(), one => (string?)one!["name"] == "stemma:against:parent:evidence:exact:unit-index");
    }

    [Theory]
    [InlineData(Relation.Unrelated)]
    [InlineData(Relation.Inconclusive)]
    public void Nobody_gets_an_ancestor_without_a_relation(Relation relation) =>
        Assert.DoesNotContain("pedigree", ModelBom.Write(new(new([Samples.With(relation, "a", "b")], []), [])));

    [Theory]
    [InlineData(Relation.CommonOrigin)]
    [InlineData(Relation.Identical)]
    public void A_relation_without_a_direction_makes_variants(Relation relation)
    {
        var pedigree = JsonNode.Parse(ModelBom.Write(new(new([Samples.With(relation, "a", "b")], []), [])))!["metadata"]!["component"]!["pedigree"]!.AsObject();
        Assert.Equal(["variants", "notes"], pedigree.Select(member => member.Key));
    }

    /// <summary>By ajv, against the schema of the CycloneDX project.</summary>
    [Fact]
    public async Task Every_bill_fits_the_published_schema()
    {
        using var folder = new TempFolder();
        Fingerprint[] models = [Engine.Fingerprint(CliRun.Parent, new SketchOptions { FileHashes = true }), Engine.Fingerprint(CliRun.Suspect)];
        ReportInput[] inputs =
        [
            new(new([Engine.Compare(models[1], models[0])], []), models), new(Samples.Family, []),
            .. Enum.GetValues<Relation>().Select(relation => new ReportInput(new([Samples.With(relation, "a\u202e\"<", "b")], []), [])),
        ];
        var files = inputs.Select((input, at) => folder.Write($"{at}.json", System.Text.Encoding.UTF8.GetBytes(ModelBom.Write(input)))).ToList();
        Assert.Equal((0, ""), await Validators.Run("cyclonedx.cjs", null, files));
        var broken = folder.Write("broken.json", System.Text.Encoding.UTF8.GetBytes(ModelBom.Write(inputs[0]).Replace("machine-learning-model", "oracle", StringComparison.Ordinal)));
        Assert.Equal(1, (await Validators.Run("cyclonedx.cjs", null, broken)).Code);
    }
}
