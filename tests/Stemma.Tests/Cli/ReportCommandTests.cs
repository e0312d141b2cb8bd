using System.Text.Json.Nodes;
using Stemma.Cli.Commands;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

/// <summary>compare, verify and explain, one after the other, as a person would call them.</summary>
public sealed class ReportCommandTests
{
    [Fact]
    public void Compare_saves_verify_repeats_and_explain_tells()
    {
        using var folder = new TempFolder();
        var (report, json) = (folder["pair.stemma-report"], folder["pair.json"]);
        Assert.Equal(0, Run("compare", CliRun.Parent, CliRun.Suspect, "-q", "-o", $"report={report}", "-o", $"json={json}", "-o", $"html={folder["pair.html"]}").Code);
        var verified = Run("verify", report);
        Assert.Equal(0, verified.Code);
        Assert.Contains("verified.", verified.Out);
        Assert.Equal(0, Run("verify", report, CliRun.Parent, CliRun.Suspect, "-q").Code);
        Assert.Equal("same", (string?)JsonNode.Parse(Run("verify", report, "--format", "json").Out)!["outcome"]);
        Assert.Equal(File.ReadAllText(folder["pair.html"]), Run("explain", report, "--format", "html").Out);
        Assert.Equal(File.ReadAllText(json), Run("explain", report, "--format", "json").Out);
        Assert.Equal(Run("explain", report).Out, Run("explain", json).Out);
    }

    [Fact]
    public void A_forged_report_ends_with_1_and_a_broken_one_with_2()
    {
        using var folder = new TempFolder();
        var report = folder["pair.stemma-report"];
        Assert.Equal(0, Run("compare", CliRun.Parent, CliRun.Suspect, "-q", "-o", $"report={report}").Code);
        File.WriteAllText(report, File.ReadAllText(report).Replace("\"derived\"", "\"unrelated\"", StringComparison.Ordinal));
        var forged = Run("verify", report);
        Assert.Equal(1, forged.Code);
        Assert.Contains("NOT verified", forged.Out);
        Assert.Contains("result_sha256", forged.Out);
        File.WriteAllText(report, "{}");
        Assert.Equal(2, Run("verify", report).Code);
        Assert.Equal(2, Run("explain", report).Code);
        Assert.Equal(2, Run("verify", folder["missing"]).Code);
    }

    [Fact]
    public void A_verdict_that_rests_on_the_weights_ends_with_3_unless_they_are_given()
    {
        using var folder = new TempFolder();
        var report = folder["pair.stemma-report"];
        Assert.Equal(0, Run("compare", CliRun.Parent, CliRun.Stranger, "-q", "-o", $"report={report}").Code);
        Assert.Equal(3, Run("verify", report).Code);
        Assert.Equal(0, Run("verify", report, CliRun.Parent, CliRun.Stranger, "-q").Code);
    }

    [Fact]
    public void A_key_is_made_a_report_signed_and_the_signature_verified()
    {
        using var folder = new TempFolder();
        var (report, key) = (folder["pair.stemma-report"], folder["me.key"]);
        Assert.Equal(0, Run("compare", CliRun.Parent, CliRun.Suspect, "-q", "-o", $"report={report}").Code);
        Assert.Equal(0, Run("sign", "--generate", key).Code);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(2, Run("sign", "--generate", key).Code);
        Assert.Equal(0, Run("sign", report, "--key", key).Code);
        var verified = Run("verify", report, "--key", key + ".pub");
        Assert.Equal(0, verified.Code);
        Assert.Contains("Signed with the key", verified.Out);
        Assert.Contains("Repeated from the fingerprints", verified.Out);
        Assert.Equal(2, Run("verify", report, "--key", key).Code);
        Assert.Equal(2, Run("sign", report, "--key", key + ".pub").Code);
        File.AppendAllText(report, "\n");
        Assert.Equal(1, Run("verify", report, "--key", key + ".pub").Code);
    }

    [Fact]
    public void A_fingerprint_is_signed_as_one()
    {
        using var folder = new TempFolder();
        var (sketch, key) = (folder["parent.stemma"], folder["me.key"]);
        Assert.Equal(0, Run("sketch", CliRun.Parent, "-o", sketch, "-q").Code);
        Assert.Equal(0, Run("sign", "--generate", key).Code);
        Assert.Equal(0, Run("sign", sketch, "--key", key, "-o", folder["other.dsse"]).Code);
        Assert.Contains("urn:stemma:fingerprint:v1", System.Text.Encoding.UTF8.GetString(Stemma.Reporting.Signing.Envelope.Read(folder["other.dsse"]).Payload));
        Assert.Equal(0, Run("verify", sketch, "--key", key + ".pub", "--signature", folder["other.dsse"]).Code);
    }

    [Theory]
    [InlineData("suspect", "What was found", "moge-upcycled", "How sure", "What it does not say", "What would settle")]
    [InlineData("stranger", "What was found", "no test rejects", "How sure", "What it does not say", "What would settle")]
    public void Explain_answers_the_questions_of_a_reader(string subject, params string[] words)
    {
        using var folder = new TempFolder();
        Assert.Equal(0, Run("compare", CliRun.Parent, Repository.At("examples", subject), "-q", "-o", $"json={folder["pair.json"]}").Code);
        var told = Run("explain", folder["pair.json"]);
        Assert.Equal(0, told.Code);
        foreach (var word in words) Assert.Contains(word, told.Out);
        Assert.All(told.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    private static CliRun Run(params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = CommandLine.Run(args, new() { Out = output, Error = error });
        return new(code.Value, output.ToString(), error.ToString());
    }
}
