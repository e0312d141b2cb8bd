using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive swap-tokenizer MODEL --to FOLDER</c>.</summary>
internal sealed class DeriveSwapTokenizer : DeriveVerb
{
    private readonly Option<string> _to = new("--to") { Description = "A folder with the other tokenizer, for example another model's.", HelpName = "FOLDER", Required = true };
    private readonly Option<bool> _random = DeriveOptions.Flag("--random", "Random rows for tokens that are new, instead of the mean of their pieces.");

    public DeriveSwapTokenizer(Surroundings around)
        : base(around, "swap-tokenizer", "Give a model another vocabulary: tokens of the same bytes keep their rows.") => AddOptions(_to, _random);

    public override IReadOnlyList<string> Examples => ["stemma derive swap-tokenizer examples/parent --to examples/stranger -o swapped"];

    protected override Derivation Make(ParseResult parsed) => new SwapTokenizer { Folder = parsed.GetValue(_to)!, Random = parsed.GetValue(_random) };
}
