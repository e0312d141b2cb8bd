using Stemma.Benching;
using Stemma.Foundation;
using Stemma.Judging.Banks;
using Stemma.Reporting.Benches;

namespace Stemma.Cli;

/// <summary>The page of the survival table and its plot. The page is read before the bench runs: minutes must not end in a refusal.</summary>
internal sealed class SurvivalFiles
{
    private const long MostBytes = 16 << 20;

    private readonly string _file;
    private readonly string _page;

    private SurvivalFiles(string file, string page) => (_file, _page) = (file, page);

    private string Plot => Path.ChangeExtension(_file, ".svg");

    public static SurvivalFiles Open(string file)
    {
        if (!file.EndsWith(".md", StringComparison.OrdinalIgnoreCase)) throw new StemmaException(FaultCode.Usage, file, null, "not a page in Markdown", "a name that ends in .md");
        OutputFiles.CheckPlace(file);
        if (!File.Exists(file)) return new(file, SurvivalMarkdown.NewPage);
        if (new FileInfo(file).Length > MostBytes) throw new StemmaException(FaultCode.WouldOverwrite, file, null, "a page of more than 16 MB", "a page with the markers of the table");
        var page = OutputFiles.ReadText(file);
        SurvivalMarkdown.Insert(page, file, "");
        return new(file, page);
    }

    public void Write(BenchResult bench)
    {
        OutputFiles.WriteText(Plot, SurvivalSvg.Write(bench));
        OutputFiles.WriteText(_file, SurvivalMarkdown.Insert(_page, _file, SurvivalMarkdown.Body(bench, Path.GetFileName(Plot))));
    }
}

/// <summary>A bank that a bench adds to.</summary>
internal sealed class BankFiles
{
    private readonly string _file;
    private readonly Bank _bank;

    private BankFiles(string file, Bank bank) => (_file, _bank) = (file, bank);

    public static BankFiles Open(string file)
    {
        OutputFiles.CheckPlace(file);
        var bank = File.Exists(file) ? BankReader.Read(file) : Bank.Empty;
        return bank.Recipe == Bank.Empty.Recipe ? new(file, bank)
            : throw new StemmaException(FaultCode.RecipeMismatch, file, null, $"a bank of recipe {bank.Recipe}", $"recipe {Bank.Empty.Recipe}", "Make the bank anew under another name");
    }

    public void Write(BenchResult bench) => OutputFiles.WriteText(_file, BankJson.Write(_bank.With(BankBuilder.Pairs(bench))));
}
