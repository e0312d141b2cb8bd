using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive narrow MODEL</c>.</summary>
internal sealed class DeriveNarrow : DeriveVerb
{
    private readonly Option<int> _units = DeriveOptions.Whole("--units", "Units of each FFN afterwards.", most: 1 << 24);
    private readonly Option<bool> _random = DeriveOptions.Flag("--random", "Keep units drawn at random instead of those with the longest vectors.");

    public DeriveNarrow(Surroundings around)
        : base(around, "narrow", "Keep the most important units of every FFN: those whose gate, up and down vectors have the largest product of lengths.") => AddOptions(_units, _random);

    public override IReadOnlyList<string> Examples => ["stemma derive narrow examples/parent --units 256 -o narrower"];

    protected override Derivation Make(ParseResult parsed) => new Narrow { Units = parsed.GetValue(_units), Random = parsed.GetValue(_random) };
}
