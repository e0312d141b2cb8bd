using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive drop-layers MODEL</c>.</summary>
internal sealed class DeriveDropLayers : DeriveVerb
{
    private readonly Option<int[]> _layers = DeriveOptions.Numbers("--layers", "Layers to leave out, from 0, for example 2,5-7.");

    public DeriveDropLayers(Surroundings around)
        : base(around, "drop-layers", "Leave out layers; the others move up.") => AddOptions(_layers);

    public override IReadOnlyList<string> Examples => ["stemma derive drop-layers examples/parent --layers 2,4 -o shorter"];

    protected override Derivation Make(ParseResult parsed) => new DropLayers { Layers = parsed.GetValue(_layers)! };
}
