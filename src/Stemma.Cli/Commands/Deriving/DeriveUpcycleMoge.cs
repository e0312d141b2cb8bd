using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive upcycle-moge MODEL</c>.</summary>
internal sealed class DeriveUpcycleMoge : DeriveVerb
{
    private readonly Option<int> _experts = DeriveOptions.Whole("--experts", "Routed experts of each layer.", 8, most: 8192);
    private readonly Option<int> _groups = DeriveOptions.Whole("--groups", "Groups that the experts stand in.", 4, most: 8192);
    private readonly Option<int> _perToken = DeriveOptions.Whole("--per-token", "Experts asked for each token, the same number from each group.", 4, most: 8192);
    private readonly Option<int> _units = DeriveOptions.Whole("--units", "Units of each routed expert; 0 for those that are not shared over the number of groups.", 0, least: 0, most: 1 << 24);
    private readonly Option<int> _shared = DeriveOptions.Whole("--shared", "Units of the shared expert; 0 for none.", 0, least: 0, most: 1 << 24);
    private readonly Option<Chosen<UnitLayout>> _layout = DeriveOptions.Word(
        "--layout", "How units are shared out: dealt, a shuffled share for each expert, or grouped, one share for all experts of a group, which keeps the function while routers are near zero",
        UnitLayout.Dealt, ("dealt", UnitLayout.Dealt), ("grouped", UnitLayout.Grouped));

    private readonly Option<double> _noise = DeriveOptions.Real("--noise", "Noise on every routed expert, over the matrix's standard deviation.", "S", 0, 0, 1000);
    private readonly Option<double> _router = DeriveOptions.Real("--router-deviation", "Standard deviation of the routers' weights.", "S", 0.02, 0, 1000);
    private readonly Option<bool> _scale = DeriveOptions.Flag("--router-scale", "Write a learned scale per expert, as Pangu Pro MoE has.");

    public DeriveUpcycleMoge(Surroundings around)
        : base(around, "upcycle-moge", "Cut every FFN into a mixture of grouped, fine-grained experts with a shared one, as in Pangu Pro MoE.") =>
        AddOptions(_experts, _groups, _perToken, _units, _shared, _layout, _noise, _router, _scale);

    public override IReadOnlyList<string> Examples => ["stemma derive upcycle-moge examples/parent --experts 8 --groups 4 --units 88 --shared 88 -o grouped"];

    protected override Derivation Make(ParseResult parsed) => new UpcycleMoge
    {
        Experts = parsed.GetValue(_experts),
        Groups = parsed.GetValue(_groups),
        PerToken = parsed.GetValue(_perToken),
        Units = parsed.GetValue(_units),
        Shared = parsed.GetValue(_shared),
        Layout = parsed.GetValue(_layout)!.Value,
        Noise = parsed.GetValue(_noise),
        RouterDeviation = parsed.GetValue(_router),
        RouterScale = parsed.GetValue(_scale),
    };
}
