using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive prune MODEL</c>.</summary>
internal sealed class DerivePrune : DeriveVerb
{
    private readonly Option<double> _fraction = DeriveOptions.Real("--fraction", "Share of each matrix that becomes zero.", "F", 0.5, 0, 1);
    private readonly Option<bool> _embeddings = DeriveOptions.Flag("--embeddings", "The embedding and the output matrix too.");

    public DerivePrune(Surroundings around)
        : base(around, "prune", "Set the smallest numbers of each attention and FFN matrix to zero.") => AddOptions(_fraction, _embeddings);

    public override IReadOnlyList<string> Examples => ["stemma derive prune examples/parent --fraction 0.5 -o pruned"];

    protected override Derivation Make(ParseResult parsed) => new Prune { Fraction = parsed.GetValue(_fraction), Embeddings = parsed.GetValue(_embeddings) };
}
