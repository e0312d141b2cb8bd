using System.Text.Json.Nodes;
using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Reporting.Findings;
using Stemma.Reporting.Sarif;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Findings;

/// <summary>The published schema by ajv, and what it cannot say: rules of the standard (SARIF 2.1.0, sections in brackets) that what is written could break.</summary>
public sealed class SarifTests
{
    private static readonly string[] Kinds = ["pass", "open", "informational", "notApplicable", "review", "fail"], Levels = ["warning", "error", "note", "none"];

    [Fact]
    public void Every_document_keeps_the_rules_of_the_standard()
    {
        Check(Write(new(Samples.Family, [])));
        Check(Write(Real()));
        foreach (var relation in Enum.GetValues<Relation>()) Check(Write(new(new([Samples.With(relation, "a:b/c d\u202eé", "100%")], []), [])));
    }

    [Fact]
    public async Task Every_document_fits_the_published_schema()
    {
        using var folder = new TempFolder();
        ReportInput[] inputs = [Real(), new(Samples.Family, []), .. Enum.GetValues<Relation>().Select(relation => new ReportInput(new([Samples.With(relation, "a:b\u202e", "100%")], []), []))];
        var files = inputs.Select((input, at) => folder.Write($"{at}.json", System.Text.Encoding.UTF8.GetBytes(Write(input)))).ToList();
        Assert.Equal((0, ""), await Validators.Run("sarif.cjs", "sarif-2.1.0.json", files));
        var broken = folder.Write("broken.json", System.Text.Encoding.UTF8.GetBytes(Write(inputs[0]).Replace("\"fail\"", "\"guilty\"", StringComparison.Ordinal)));
        Assert.Equal(1, (await Validators.Run("sarif.cjs", "sarif-2.1.0.json", broken)).Code);
    }

    [Theory]
    [InlineData(Relation.Derived, "fail", "warning")]
    [InlineData(Relation.CommonOrigin, "fail", "warning")]
    [InlineData(Relation.Unrelated, "pass", "none")]
    [InlineData(Relation.Inconclusive, "open", "none")]
    public void A_relation_fails_a_stranger_passes_and_not_knowing_is_neither(Relation relation, string kind, string level)
    {
        var result = JsonNode.Parse(Write(new(new([Samples.With(relation, "a", "b")], []), [])))!["runs"]![0]!["results"]![0]!;
        Assert.Equal((kind, level), ((string?)result["kind"], (string?)result["level"]));
    }

    [Fact]
    public void A_finding_names_files_and_layers()
    {
        var run = JsonNode.Parse(Write(Real()))!["runs"]![0]!;
        var result = run["results"]![0]!;
        Assert.Equal("suspect/model.safetensors", (string?)result["locations"]![0]!["physicalLocation"]!["artifactLocation"]!["uri"]);
        Assert.Equal("suspect/layers/5", (string?)result["locations"]![6]!["logicalLocations"]![0]!["fullyQualifiedName"]);
        Assert.Equal("parent/model.safetensors", (string?)result["relatedLocations"]![0]!["physicalLocation"]!["artifactLocation"]!["uri"]);
        Assert.Equal("derived", (string?)result["properties"]!["relation"]);
        Assert.Contains(run["artifacts"]!.AsArray(), file => (long?)file!["length"] > 1_000_000);
    }

    [Fact]
    public void A_finding_is_known_again_when_its_figures_change()
    {
        string Identity(double log10P) => (string)JsonNode.Parse(Write(new(new([Samples.Derived with { Verdict = Samples.Derived.Verdict with { Log10P = log10P, Summary = $"{log10P}" } }], []), [])))!
            ["runs"]![0]!["results"]![0]!["partialFingerprints"]!["stemma/v1"]!;
        Assert.Equal(Identity(-20), Identity(-30));
    }

    private static string Write(ReportInput input) => SarifLog.Write(ComparisonFindings.Of(input));

    private static ReportInput Real()
    {
        var (parent, suspect) = (Engine.Fingerprint(CliRun.Parent), Engine.Fingerprint(CliRun.Suspect));
        return new(new([Engine.Compare(suspect, parent)], []), [parent, suspect]);
    }

    private static void Check(string text)
    {
        var log = JsonNode.Parse(text)!.AsObject();
        Only(log, "$schema", "version", "runs");
        Assert.Equal("2.1.0", (string?)log["version"]); // 3.13.2
        var run = Assert.Single(log["runs"]!.AsArray())!.AsObject();
        Only(run, "tool", "artifacts", "results", "columnKind"); // 3.14
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray();
        Assert.NotEmpty((string?)run["tool"]!["driver"]!["name"] ?? ""); // 3.19.8
        Assert.Equal(rules.Count, rules.Select(rule => (string?)rule!["id"]).Distinct().Count()); // 3.49.3
        Assert.All(rules, rule => Assert.NotEmpty((string?)rule!["shortDescription"]!["text"] ?? ""));
        Assert.Equal("utf16CodeUnits", (string?)run["columnKind"]); // 3.14.17
        foreach (var result in run["results"]!.AsArray().Select(one => one!.AsObject()))
        {
            Only(result, "ruleId", "ruleIndex", "kind", "level", "message", "locations", "relatedLocations", "partialFingerprints", "properties");
            Assert.Equal((string?)result["ruleId"], (string?)rules[(int)result["ruleIndex"]!]!["id"]); // 3.27.6
            Assert.Contains((string?)result["kind"], Kinds); // 3.27.9
            Assert.Contains((string?)result["level"], Levels);
            Assert.True((string?)result["kind"] == "fail" || (string?)result["level"] == "none"); // 3.27.10
            Assert.NotEmpty((string?)result["message"]!["text"] ?? ""); // 3.11.8
            foreach (var place in result["locations"]!.AsArray().Concat(result["relatedLocations"] is JsonArray more ? more : Enumerable.Empty<JsonNode?>()))
            {
                var uri = (string)place!["physicalLocation"]!["artifactLocation"]!["uri"]!;
                Assert.True(Uri.IsWellFormedUriString(uri, UriKind.Relative) && !uri.Contains("..", StringComparison.Ordinal), uri); // 3.4.3: a URI reference
            }
        }
    }

    private static void Only(JsonObject one, params string[] names) => Assert.All(one, member => Assert.Contains(member.Key, names));
}
