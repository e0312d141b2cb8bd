using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive extract-lora BASE CHILD</c>.</summary>
internal sealed class DeriveExtractLora : DeriveVerb
{
    private readonly Option<int> _rank = DeriveOptions.Whole("--rank", "Directions kept of each matrix.", 16, most: 65_536);

    public DeriveExtractLora(Surroundings around)
        : base(around, "extract-lora", "Write the difference of two models as a low-rank adapter (PEFT).", "BASE CHILD", 2, 2, "The base model, then what was made of it.") => AddOptions(_rank);

    public override IReadOnlyList<string> Examples => ["stemma derive extract-lora base tuned --rank 8 -o adapter"];

    protected override Derivation Make(ParseResult parsed) => new ExtractLora { Rank = parsed.GetValue(_rank) };
}
