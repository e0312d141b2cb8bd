using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive deepen MODEL</c>.</summary>
internal sealed class DeriveDeepen : DeriveVerb
{
    private readonly Option<int[]> _layers = DeriveOptions.Numbers("--layers", "Layers to copy, from 0, for example 2,5-7; each copy stands behind its original.");
    private readonly Option<bool> _silent = DeriveOptions.Flag("--silent", "The copies write nothing until they are trained: the function stays the same.");

    public DeriveDeepen(Surroundings around)
        : base(around, "deepen", "Add copies of layers.") => AddOptions(_layers, _silent);

    public override IReadOnlyList<string> Examples => ["stemma derive deepen examples/parent --layers 2,4 -o deeper"];

    protected override Derivation Make(ParseResult parsed) => new Deepen { Layers = parsed.GetValue(_layers)!, Silent = parsed.GetValue(_silent) };
}
