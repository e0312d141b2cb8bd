using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive merge MODEL MODEL</c>.</summary>
internal sealed class DeriveMerge : DeriveVerb
{
    private readonly Option<Chosen<MergeMethod>> _method = DeriveOptions.Word(
        "--method", "How", MergeMethod.Linear,
        ("linear", MergeMethod.Linear), ("slerp", MergeMethod.Slerp), ("task-arithmetic", MergeMethod.TaskArithmetic), ("ties", MergeMethod.Ties),
        ("dare-linear", MergeMethod.DareLinear), ("dare-ties", MergeMethod.DareTies));

    private readonly Option<double[]> _weights = DeriveOptions.Reals("--weights", "A weight for each model but the base, for example 0.7,0.3; for slerp where to stop between the first (0) and the second (1). [default: equal; 0.5]");
    private readonly Option<double[]> _densities = DeriveOptions.Reals("--density", "Share of the differences that TIES and DARE keep, one number or one for each model. [default: 1]");
    private readonly Option<double> _lambda = DeriveOptions.Real("--lambda", "Factor on the merged difference.", "L", 1, -1000, 1000);
    private readonly Option<Chosen<string>> _normalise = DeriveOptions.Word(
        "--normalise", "Divide by the sum of the weights that took part; auto does so for linear and TIES", "auto", ("auto", "auto"), ("yes", "yes"), ("no", "no"));

    public DeriveMerge(Surroundings around)
        : base(
            around, "merge", "Merge models of one shape, number by number, as mergekit does.", "MODEL MODEL [MODEL...]", 2, 64,
            "The models; for task-arithmetic, ties and dare the first is the base that the others differ from.") =>
        AddOptions(_method, _weights, _densities, _lambda, _normalise);

    public override IReadOnlyList<string> Examples =>
    [
        "stemma derive merge examples/parent examples/stranger --method slerp --weights 0.3 -o between",
        "stemma derive merge base tuned-a tuned-b --method ties --density 0.5 -o merged",
    ];

    protected override Derivation Make(ParseResult parsed) => new Merge
    {
        Method = parsed.GetValue(_method)!.Value,
        Weights = parsed.GetValue(_weights) ?? [],
        Densities = parsed.GetValue(_densities) ?? [],
        Lambda = parsed.GetValue(_lambda),
        Normalise = parsed.GetValue(_normalise)!.Value switch
        {
            "yes" => true,
            "no" => false,
            _ => null,
        },
    };
}
