using System.CommandLine;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive OPERATION MODEL -o FOLDER</c>: makes a model from others.</summary>
internal sealed class DeriveCommand : Verb
{
    public DeriveCommand(Surroundings around)
        : base(around, "derive", "Make a model from others: in another basis, of another size, merged, pruned, cut into experts.")
    {
        foreach (var operation in Operations(around)) Add(operation);
    }

    public override string Synopsis => "stemma derive OPERATION MODEL... [options] -o FOLDER";

    public override IReadOnlyList<string> Examples => ["stemma derive permute examples/parent -o permuted", "stemma derive permute --help"];

    protected override ExitCode Run(ParseResult parsed)
    {
        Around.Error.WriteLine($"stemma: derive wants an operation: {string.Join(", ", Subcommands.Select(operation => operation.Name))}.");
        Around.Error.WriteLine("stemma: 'stemma derive --help' shows what they do.");
        return ExitCode.Usage;
    }

    /// <summary>One line for each operation, those that keep the function first, those without a parent last.</summary>
    private static IEnumerable<Command> Operations(Surroundings around) =>
    [
        new DerivePermute(around), new DeriveRotate(around), new DeriveRescale(around),
        new DeriveNoise(around), new DerivePrune(around), new DeriveQuantise(around),
        new DeriveDeepen(around), new DeriveDropLayers(around), new DeriveWiden(around), new DeriveNarrow(around),
        new DeriveUpcycleMoe(around), new DeriveUpcycleMoge(around), new DeriveCollapseMoe(around), new DeriveSwapTokenizer(around),
        new DeriveMerge(around), new DeriveStack(around), new DeriveApplyLora(around), new DeriveExtractLora(around),
        new DeriveSynthesise(around),
    ];
}
