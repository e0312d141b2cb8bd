using System.CommandLine;
using Stemma.Cli.Screen;
using Stemma.Reporting;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma audit MODEL --against OTHER</c>: what stands beside the weights; so far the tokenizer.</summary>
internal sealed class AuditCommand : Verb
{
    private static readonly string[] Formats = ["text", "json"];

    private readonly Argument<string[]> _models = SharedOptions.Models(1, "A folder with a tokenizer, or a GGUF file.");
    private readonly Option<string[]> _against = new("--against") { Description = "A folder or file to hold it against. May be repeated: stretches of the vocabulary are then put down to each.", HelpName = "OTHER", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _format = SharedOptions.Format(Formats);
    private readonly Option<string[]> _outputs = SharedOptions.Outputs(Formats);

    public AuditCommand(Surroundings around)
        : base(around, "audit", "Hold a model's tokenizer against others: shared tokens, their order, control tokens, chat template. Reads no weights.")
    {
        AddModels(_models, 1, "audit wants a model: stemma audit MODEL --against OTHER.");
        foreach (var option in new Option[] { _against, _format, _outputs }) Add(option);
    }

    public override string Synopsis => "stemma audit MODEL --against OTHER [options]";

    public override IReadOnlyList<string> Examples => ["stemma audit examples/suspect --against examples/parent", "stemma audit examples/suspect --against examples/parent --against examples/stranger", "stemma audit examples/suspect --against examples/parent --format json"];

    protected override ExitCode Run(ParseResult parsed)
    {
        var targets = (parsed.GetValue(_outputs) ?? []).Select(text => OutputTarget.Parse(text, Formats).Target!).ToList();
        foreach (var target in targets) OutputFiles.CheckReportPlace(target.File);
        string[] paths = [parsed.GetValue(_models)![0], .. parsed.GetValue(_against) ?? []];
        ModelNames.CheckExist(paths);
        var audit = Around.Engine.AuditVocabulary([.. paths.Zip(ModelNames.Of(paths))]);
        if (parsed.GetValue(_format) == "json") Around.Out.Write(AuditJson.Write(audit));
        else Painter.Print(Around, AuditText.Lines(audit, Around.Width));
        foreach (var target in targets)
        {
            OutputFiles.WriteText(target.File, target.Format == "json" ? AuditJson.Write(audit) : OutputFiles.Plain(AuditText.Lines(audit)));
        }

        return ExitCode.Ran;
    }
}
