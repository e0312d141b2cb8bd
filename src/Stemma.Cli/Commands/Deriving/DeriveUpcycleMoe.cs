using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive upcycle-moe MODEL</c>.</summary>
internal sealed class DeriveUpcycleMoe : DeriveVerb
{
    private readonly Option<int> _experts = DeriveOptions.Whole("--experts", "Experts of each layer.", 8, most: 8192);
    private readonly Option<int> _perToken = DeriveOptions.Whole("--per-token", "Experts asked for each token.", 2, most: 8192);
    private readonly Option<Chosen<MoeNames>> _names = DeriveOptions.Word("--names", "Whose names the tensors have", MoeNames.Qwen, ("qwen", MoeNames.Qwen), ("mixtral", MoeNames.Mixtral));
    private readonly Option<double> _noise = DeriveOptions.Real("--noise", "Noise on every expert, over the matrix's standard deviation.", "S", 0, 0, 1000);
    private readonly Option<double> _router = DeriveOptions.Real("--router-deviation", "Standard deviation of the routers' weights.", "S", 0.02, 0, 1000);

    public DeriveUpcycleMoe(Surroundings around)
        : base(around, "upcycle-moe", "Make every FFN a mixture of experts that begin as its copies. Without noise the function stays the same.") =>
        AddOptions(_experts, _perToken, _names, _noise, _router);

    public override IReadOnlyList<string> Examples => ["stemma derive upcycle-moe examples/parent --experts 8 --per-token 2 -o experts"];

    protected override Derivation Make(ParseResult parsed) => new UpcycleMoe
    {
        Experts = parsed.GetValue(_experts),
        PerToken = parsed.GetValue(_perToken),
        Names = parsed.GetValue(_names)!.Value,
        Noise = parsed.GetValue(_noise),
        RouterDeviation = parsed.GetValue(_router),
    };
}
