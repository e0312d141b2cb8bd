using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive noise MODEL</c>.</summary>
internal sealed class DeriveNoise : DeriveVerb
{
    private readonly Option<double> _relative = DeriveOptions.Real("--relative", "Standard deviation of the noise over that of the tensor.", "S", 0.01, 0, 1000);
    private readonly Option<bool> _vectors = DeriveOptions.Flag("--vectors", "Gains and biases too.");

    public DeriveNoise(Surroundings around)
        : base(around, "noise", "Add normal noise to every matrix.") => AddOptions(_relative, _vectors);

    public override IReadOnlyList<string> Examples => ["stemma derive noise examples/parent --relative 0.05 -o noisy"];

    protected override Derivation Make(ParseResult parsed) => new Noise { Relative = parsed.GetValue(_relative), Vectors = parsed.GetValue(_vectors) };
}
