using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive collapse-moe MODEL</c>.</summary>
internal sealed class DeriveCollapseMoe : DeriveVerb
{
    private readonly Option<Chosen<CollapseKind>> _kind = DeriveOptions.Word(
        "--by", "The mean of the experts, or all their units side by side", CollapseKind.Mean, ("mean", CollapseKind.Mean), ("concatenation", CollapseKind.Concatenate));

    public DeriveCollapseMoe(Surroundings around)
        : base(around, "collapse-moe", "Make a mixture of experts dense again, with Llama's names.") => AddOptions(_kind);

    public override IReadOnlyList<string> Examples => ["stemma derive collapse-moe examples/suspect --by concatenation -o dense"];

    protected override Derivation Make(ParseResult parsed) => new CollapseMoe { Kind = parsed.GetValue(_kind)!.Value };
}
