using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive widen MODEL</c>.</summary>
internal sealed class DeriveWiden : DeriveVerb
{
    private readonly Option<int> _units = DeriveOptions.Whole("--units", "Units of each FFN afterwards.", most: 1 << 24);
    private readonly Option<Chosen<NewUnits>> _new = DeriveOptions.Word(
        "--new", "What new units are: copies that share what the old ones wrote, random ones, or random ones that write nothing yet", NewUnits.Copies,
        ("copies", NewUnits.Copies), ("random", NewUnits.Random), ("silent", NewUnits.Silent));

    private readonly Option<double> _noise = DeriveOptions.Real("--noise", "Noise on what copies read, over the matrix's standard deviation.", "S", 0, 0, 1000);

    public DeriveWiden(Surroundings around)
        : base(around, "widen", "Add units to every FFN. Copies without noise and silent units keep the function.") => AddOptions(_units, _new, _noise);

    public override IReadOnlyList<string> Examples => ["stemma derive widen examples/parent --units 480 -o wider"];

    protected override Derivation Make(ParseResult parsed) => new Widen { Units = parsed.GetValue(_units), New = parsed.GetValue(_new)!.Value, Noise = parsed.GetValue(_noise) };
}
