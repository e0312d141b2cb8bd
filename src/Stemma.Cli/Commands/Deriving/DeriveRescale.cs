using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive rescale MODEL</c>.</summary>
internal sealed class DeriveRescale : DeriveVerb
{
    private readonly Option<bool> _gains = DeriveOptions.Flag("--gains", "Gains of the norms against the matrices behind them.");
    private readonly Option<bool> _units = DeriveOptions.Flag("--units", "Up against down, per FFN unit (gated FFNs only).");
    private readonly Option<bool> _values = DeriveOptions.Flag("--values", "Values against the output projection, per channel.");
    private readonly Option<double> _spread = DeriveOptions.Real("--spread", "Standard deviation of the factors' logarithms.", "S", 0.5, 0, 10);
    private readonly Option<bool> _powers = DeriveOptions.Flag("--powers-of-two", "Factors are powers of two, so that no number loses a bit.");
    private readonly Option<bool> _inverse = DeriveOptions.Flag("--inverse", "Take back what the same options and seed did.");

    public DeriveRescale(Surroundings around)
        : base(around, "rescale", "Move factors from one tensor to the next; the function stays the same. Without a choice: all that the model allows.") =>
        AddOptions(_gains, _units, _values, _spread, _powers, _inverse);

    public override IReadOnlyList<string> Examples => ["stemma derive rescale examples/parent --spread 1 -o rescaled"];

    protected override Derivation Make(ParseResult parsed) => new Rescale
    {
        Gains = parsed.GetValue(_gains),
        Units = parsed.GetValue(_units),
        Values = parsed.GetValue(_values),
        Spread = parsed.GetValue(_spread),
        PowersOfTwo = parsed.GetValue(_powers),
        Inverse = parsed.GetValue(_inverse),
    };
}
