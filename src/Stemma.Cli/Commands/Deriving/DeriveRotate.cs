using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive rotate MODEL</c>.</summary>
internal sealed class DeriveRotate : DeriveVerb
{
    private readonly Option<Chosen<RotationKind>> _kind = DeriveOptions.Word(
        "--kind", "The orthogonal matrix: uniform over all of them (haar), or of permutations and Hadamard transforms (fast); auto takes haar up to a width of 2048",
        RotationKind.Auto, ("auto", RotationKind.Auto), ("haar", RotationKind.Haar), ("fast", RotationKind.Fast));

    public DeriveRotate(Surroundings around)
        : base(around, "rotate", "Turn the hidden state by a random orthogonal matrix, gains folded in; the function stays the same. RMSNorm only.") =>
        AddOptions(_kind);

    public override IReadOnlyList<string> Examples => ["stemma derive rotate examples/parent --seed 7 -o rotated"];

    protected override Derivation Make(ParseResult parsed) => new Rotate { Kind = parsed.GetValue(_kind)!.Value };
}
