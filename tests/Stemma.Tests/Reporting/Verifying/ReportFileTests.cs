using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Stemma.Foundation;
using Stemma.Judging.Families;
using Stemma.Reporting;
using Stemma.Reporting.Verifying;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Verifying;

/// <summary>A report says what it was made of; whoever changes a byte of it is found out, with the place.</summary>
public sealed class ReportFileTests
{
    private static readonly Lazy<string> Pair = new(() => Report("parent", "suspect"));

    [Fact]
    public void An_untouched_report_is_repeated_to_the_last_figure()
    {
        var verification = Verify(Pair.Value);
        Assert.Equal(VerificationOutcome.Same, verification.Outcome);
        Assert.All(verification.Checks, check => Assert.Equal(CheckState.Passed, check.State));
        Assert.Contains(verification.Checks, check => check.Name == "verdict");
        Assert.StartsWith("suspect is derived from parent", verification.Summary);
    }

    [Fact]
    public void The_same_models_give_the_same_bytes() => Assert.Equal(Pair.Value, Report("parent", "suspect"));

    [Fact]
    public void A_report_on_three_models_is_repeated_too() => Assert.Equal(VerificationOutcome.Same, Verify(Report("parent", "suspect", "stranger")).Outcome);

    [Fact]
    public void The_document_fits_its_schema()
    {
        Assert.Empty(JsonSchema.Of("stemma.report-1").Problems(Pair.Value));
        Assert.Empty(JsonSchema.Of("stemma.report-1").Problems(Report("parent", "suspect", "stranger")));
        Assert.Empty(JsonSchema.Of("stemma.verification-1").Problems(Verify(Pair.Value).ToJson()));
        Assert.Empty(JsonSchema.Of("stemma.verification-1").Problems(Verify(Pair.Value.Replace("\"derived\"", "\"unrelated\"", StringComparison.Ordinal)).ToJson()));
    }

    [Fact]
    public void The_embedded_fingerprint_is_the_file_that_sketch_writes()
    {
        var document = JsonNode.Parse(Pair.Value)!;
        var bytes = Convert.FromBase64String((string)document["fingerprints"]![0]!["data"]!);
        using var folder = new TempFolder();
        Engine.Save(Engine.Fingerprint(CliRun.Parent), folder["parent.stemma"]);
        Assert.Equal(File.ReadAllBytes(folder["parent.stemma"]), bytes);
    }

    /// <summary>The verdict, its figures, the models, the envelope: each change is named with its field.</summary>
    public static TheoryData<string, string, string> Lies => new()
    {
        { "\"relation\": \"derived\"", "\"relation\": \"unrelated\"", "result_sha256" },
        { "\"direction\": \"subject-from-reference\"", "\"direction\": \"undetermined\"", "result.verdict.direction" },
        { "\"log10_p\": -21", "\"log10_p\": -22", "result_sha256" },
        { "suspect is derived", "suspect is copied", "result_sha256" },
        { "\"program\": \"stemma 0", "\"program\": \"stemma 9", "sha256, at the end of the file" },
        { "\"schema\": \"stemma.report/1\",\n", "\"schema\":  \"stemma.report/1\",\n", "sha256, at the end of the file" },
        { "\"digest\": \"f44c", "\"digest\": \"f44d", "reference.digest" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_is_found_and_its_place_is_named(string truth, string lie, string place)
    {
        Assert.Contains(truth, Pair.Value);
        var verification = Verify(new Regex(Regex.Escape(truth)).Replace(Pair.Value, lie, 1));
        Assert.Equal(VerificationOutcome.Different, verification.Outcome);
        Assert.Contains(verification.Checks.SelectMany(check => check.Differences), difference => difference.Place.Contains(place, StringComparison.Ordinal));
    }

    /// <summary>Somebody who makes all hashes right again still cannot make the fingerprints give another verdict.</summary>
    [Theory]
    [InlineData("\"relation\": \"derived\"", "\"relation\": \"unrelated\"", "result.verdict.relation", "\"derived\"", "\"unrelated\"")]
    [InlineData("36 of 36 heads", "11 of 36 heads", "result.evidence[0].finding", "36 of 36", "11 of 36")]
    [InlineData("\"code\": \"parent-or-relative\"", "\"code\": \"none\"", "result.caveats[0].code", "parent-or-relative", "none")]
    public void A_forger_who_repairs_every_hash_is_contradicted_by_the_fingerprints(string truth, string lie, string place, string expected, string found)
    {
        var forged = Reseal(new Regex(Regex.Escape(truth)).Replace(Pair.Value, lie, 1));
        var check = Assert.Single(Verify(forged).Checks, check => check.State == CheckState.Failed);
        Assert.Equal("verdict", check.Name);
        var difference = Assert.Single(check.Differences);
        Assert.Equal(place, difference.Place);
        Assert.Contains(expected, difference.Expected);
        Assert.Contains(found, difference.Found);
    }

    [Theory]
    [InlineData(0, 100, "section header")]
    [InlineData(1, 100_000, "section ")]
    [InlineData(1, -40, "section anchors.head_scale")]
    public void A_changed_byte_of_a_fingerprint_is_named_with_its_section(int model, int at, string section)
    {
        var document = JsonNode.Parse(Pair.Value)!;
        var data = Convert.FromBase64String((string)document["fingerprints"]![model]!["data"]!);
        var changed = (byte[])data.Clone();
        changed[at < 0 ? data.Length + at : at] ^= 1;
        var verification = Verify(Pair.Value.Replace(Convert.ToBase64String(data), Convert.ToBase64String(changed), StringComparison.Ordinal));
        Assert.Equal(VerificationOutcome.Different, verification.Outcome);
        Assert.Contains(verification.Checks.SelectMany(check => check.Differences), one => one.Place.StartsWith($"fingerprints[{model}].data, {section}", StringComparison.Ordinal) && one.Expected != one.Found);
        Assert.Equal(CheckState.NotMade, verification.Checks.Single(check => check.Name == "verdict").State);
    }

    [Fact]
    public void A_byte_changed_anywhere_never_verifies()
    {
        var parent = new TinyModel(1, layers: 2);
        var (reference, subject) = (parent.Sketch() with { Name = "parent" }, parent.Trained(2, 0.9, 0.95).Sketch() with { Name = "child" });
        var bytes = Encoding.UTF8.GetBytes(ReportFile.Write(new(new([Engine.Compare(subject, reference)], []), [reference, subject])));
        Assert.Equal(VerificationOutcome.Same, Verify(Encoding.UTF8.GetString(bytes)).Outcome);
        for (var n = 0; n < 60; n++)
        {
            // Places all over the file, most of them in the readable part and at the end, where the hashes stand.
            var at = n < 30 ? n * 797 % 24_000 : n < 45 ? bytes.Length - 1 - ((n - 30) * 7) : (int)((long)n * 2_654_435_761 % bytes.Length);
            var changed = (byte[])bytes.Clone();
            changed[at] ^= (byte)(1 << (n % 7));
            try
            {
                Assert.True(ReportVerifier.Verify(ReportFile.Read("report", changed)).Outcome == VerificationOutcome.Different, $"byte {at}");
            }
            catch (StemmaException e)
            {
                Assert.True(e.Fault.Code is FaultCode.ReportInvalid or FaultCode.ReportVersion, e.Message);
            }
        }
    }

    [Theory]
    [InlineData("{", FaultCode.ReportInvalid)]
    [InlineData("[1]", FaultCode.ReportInvalid)]
    [InlineData("{\"schema\": \"stemma.report/2\"}", FaultCode.ReportVersion)]
    [InlineData("{\"schema\": \"stemma.report/1\", \"schema\": \"stemma.report/1\"}", FaultCode.ReportInvalid)]
    [InlineData("{\"schema\": \"stemma.report/1\", \"extra\": 1}", FaultCode.ReportInvalid)]
    [InlineData("{\"schema\": \"stemma.report/1\"}", FaultCode.ReportInvalid)]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]", FaultCode.ReportInvalid)]
    public void What_is_no_report_is_refused(string text, FaultCode code) =>
        Assert.Equal(code, Assert.Throws<StemmaException>(() => ReportFile.Read("x", Encoding.UTF8.GetBytes(text))).Fault.Code);

    [Fact]
    public void A_refusal_names_the_field()
    {
        var broken = Pair.Value.Replace("\"tensors_read\": 300", "\"tensors_read\": -1", StringComparison.Ordinal);
        Assert.Contains("result.verdict.coverage.tensors_read: -1", Assert.Throws<StemmaException>(() => ReportFile.Read("x", Encoding.UTF8.GetBytes(broken))).Fault.Found);
    }

    [Fact]
    public void An_answer_read_back_is_written_the_same()
    {
        foreach (var found in new[] { new FamilyFindings([Samples.Derived], []), new([Samples.Unrelated], []), Samples.Family })
        {
            var json = ReportJson.WriteFound(found);
            Assert.Equal(json, ReportJson.WriteFound(ResultReader.Read(JsonPlace.Parse(Encoding.UTF8.GetBytes(json), "x"))));
        }
    }

    private static Verification Verify(string report) => ReportVerifier.Verify(ReportFile.Read("report", Encoding.UTF8.GetBytes(report)));

    private static string Report(params string[] names)
    {
        var models = names.Select(name => Engine.Fingerprint(Repository.At("examples", name))).ToList();
        var pairs = (from known in Enumerable.Range(0, models.Count) from subject in Enumerable.Range(known + 1, models.Count - known - 1) select Engine.Compare(models[subject], models[known])).ToList();
        return ReportFile.Write(new(models.Count < 3 ? new(pairs, []) : Engine.CompareFamily(models, pairs), models));
    }

    /// <summary>What a forger would do: every hash made right again.</summary>
    private static string Reseal(string report)
    {
        var read = ReportFile.Read("x", Encoding.UTF8.GetBytes(report));
        var json = report.Replace(read.ResultSha256, EmbeddedFingerprint.Hash(Encoding.UTF8.GetBytes(read.ResultText)), StringComparison.Ordinal);
        return json.Replace(read.Whole.Stated, ReportFile.Read("x", Encoding.UTF8.GetBytes(json)).Whole.Actual, StringComparison.Ordinal);
    }
}
