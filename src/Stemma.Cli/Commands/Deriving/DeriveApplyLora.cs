using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive apply-lora MODEL ADAPTER</c>.</summary>
internal sealed class DeriveApplyLora : DeriveVerb
{
    public DeriveApplyLora(Surroundings around)
        : base(around, "apply-lora", "Merge a low-rank adapter (PEFT) into its base model.", "MODEL ADAPTER", 2, 2, "The base model, then the adapter's folder.") => AddOptions();

    public override IReadOnlyList<string> Examples => ["stemma derive apply-lora base adapter -o tuned"];

    protected override Derivation Make(ParseResult parsed) => new ApplyLora();
}
