using System.Text.Json.Nodes;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class AuditCommandTests
{
    private static readonly string[] Command = ["audit", Repository.At("examples", "suspect"), "--against", Repository.At("examples", "parent"), "--against", Repository.At("examples", "stranger")];

    [Fact]
    public void An_audit_in_JSON_fits_its_schema_and_says_what_the_text_says()
    {
        var run = CliRun.Of(new(), [.. Command, "--format", "json"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Empty(JsonSchema.Of("stemma.audit-1").Problems(run.Out));
        var first = JsonNode.Parse(run.Out)!["findings"]![0]!;
        Assert.Equal("same-vocabulary", (string?)first["code"]);
        Assert.Contains((string)first["sentence"]!, CliRun.Of(new(), Command).Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_one_message()
    {
        var run = CliRun.Of(new(), "audit", Repository.At("docs"), "--against", Repository.At("examples", "parent"));
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains("STM5301", run.Error, StringComparison.Ordinal);
    }
}
