using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive permute MODEL</c>.</summary>
internal sealed class DerivePermute : DeriveVerb
{
    private readonly Option<bool> _residual = DeriveOptions.Flag("--residual", "Renumber the hidden dimensions.");
    private readonly Option<bool> _signs = DeriveOptions.Flag("--signs", "Flip the signs of half of the hidden dimensions (RMSNorm only).");
    private readonly Option<bool> _units = DeriveOptions.Flag("--units", "Renumber the units of every FFN.");
    private readonly Option<bool> _groups = DeriveOptions.Flag("--groups", "Renumber the key-value groups with their query heads.");
    private readonly Option<bool> _heads = DeriveOptions.Flag("--heads", "Renumber the query heads within their groups.");
    private readonly Option<bool> _inverse = DeriveOptions.Flag("--inverse", "Take back what the same options and seed did.");

    public DerivePermute(Surroundings around)
        : base(around, "permute", "Renumber hidden dimensions, FFN units and heads; the function stays the same. Without a choice: all that the model allows, no signs.") =>
        AddOptions(_residual, _signs, _units, _groups, _heads, _inverse);

    public override IReadOnlyList<string> Examples => ["stemma derive permute examples/parent --units --residual --seed 7 -o permuted"];

    protected override Derivation Make(ParseResult parsed) => new Permute
    {
        Residual = parsed.GetValue(_residual),
        Signs = parsed.GetValue(_signs),
        Units = parsed.GetValue(_units),
        Groups = parsed.GetValue(_groups),
        Heads = parsed.GetValue(_heads),
        Inverse = parsed.GetValue(_inverse),
    };
}
