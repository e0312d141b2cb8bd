using Stemma.Judging.Banks;
using Stemma.Reporting.Benches;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class BenchCommandTests
{
    private static readonly FakeEngine Fair = new() { BenchAnswer = SampleBench.Result }, Accuser = new() { BenchAnswer = SampleBench.Accusing };

    [Fact]
    public void The_gate_falls_for_a_false_answer_only()
    {
        Assert.Equal(0, CliRun.Of(Fair, "bench", "zoo", "--gate").Code);
        Assert.Equal(1, CliRun.Of(Accuser, "bench", "zoo", "--gate").Code);
        Assert.Equal(0, CliRun.Of(Accuser, "bench", "zoo").Code);
    }

    [Theory]
    [InlineData("bench wants a folder", "bench")]
    [InlineData("Did you mean 'awm'?", "bench", "zoo", "--methods", "csw,amw")]
    [InlineData("pairs-csv", "bench", "zoo", "--format", "pdf")]
    public void A_mistake_is_named(string said, params string[] args)
    {
        var run = CliRun.Of(Fair, args);
        Assert.Equal(4, run.Code);
        Assert.Contains(said, run.Error);
    }

    [Fact]
    public void Methods_are_chosen_by_name()
    {
        CliRun.Of(Fair, "bench", "zoo", "--methods", "csw,awm");
        Assert.Equal(["csw", "awm"], Fair.BenchOptions!.Methods!);
        CliRun.Of(Fair, "bench", "zoo", "--methods", "none");
        Assert.Equal([], Fair.BenchOptions!.Methods!);
        CliRun.Of(Fair, "bench", "zoo");
        Assert.Null(Fair.BenchOptions!.Methods);
    }

    [Fact]
    public void Reports_table_plot_and_bank_are_written()
    {
        using var folder = new TempFolder();
        var run = CliRun.Of(Fair, "bench", "zoo", "--format", "json", "-o", "csv=" + folder["m.csv"], "-o", "pairs-csv=" + folder["p.csv"],
            "--survival", folder["survival.md"], "--bank", folder["bank.json"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(BenchJson.Write(SampleBench.Result), run.Out);
        Assert.Equal(BenchCsv.Methods(SampleBench.Result), File.ReadAllText(folder["m.csv"]));
        Assert.Equal(BenchCsv.Pairs(SampleBench.Result), File.ReadAllText(folder["p.csv"]));
        Assert.Contains("(survival.svg)", File.ReadAllText(folder["survival.md"]));
        Assert.Equal(SurvivalSvg.Write(SampleBench.Result), File.ReadAllText(folder["survival.svg"]));
        var bank = File.ReadAllText(folder["bank.json"]);
        Assert.Equal(4, BankReader.Read(folder["bank.json"]).Pairs.Count);
        Assert.Equal(0, CliRun.Of(Fair, "bench", "zoo", "--bank", folder["bank.json"], "--survival", folder["survival.md"]).Code);
        Assert.Equal(bank, File.ReadAllText(folder["bank.json"]));
    }

    [Fact]
    public void Nothing_of_somebody_else_is_replaced_and_nothing_is_run_in_vain()
    {
        using var folder = new TempFolder();
        var engine = new FakeEngine { BenchAnswer = SampleBench.Result };
        File.WriteAllText(folder["notes.md"], "# Mine\n");
        File.WriteAllText(folder["other.json"], "{}");
        File.WriteAllText(folder["old.json"], BankJson.Write(Bank.Empty with { Recipe = Bank.Empty.Recipe + 1 }));
        Assert.Equal(2, CliRun.Of(engine, "bench", "zoo", "--survival", folder["notes.md"]).Code);
        Assert.Equal(2, CliRun.Of(engine, "bench", "zoo", "--bank", folder["other.json"]).Code);
        Assert.Contains("STM4001", CliRun.Of(engine, "bench", "zoo", "--bank", folder["old.json"]).Error);
        Assert.Equal(4, CliRun.Of(engine, "bench", "zoo", "--survival", folder["notes.txt"]).Code);
        Assert.Equal("# Mine\n", File.ReadAllText(folder["notes.md"]));
        Assert.Null(engine.BenchOptions);
    }
}
