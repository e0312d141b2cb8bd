using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive quantise MODEL</c>.</summary>
internal sealed class DeriveQuantise : DeriveVerb
{
    private readonly Option<QuantisationFormat> _format = DeriveOptions.Word(
        "--to", "The grid", QuantisationFormat.EightBit,
        ("int8", QuantisationFormat.EightBit), ("int4", QuantisationFormat.FourBit), ("int4-asymmetric", QuantisationFormat.FourBitAsymmetric));

    private readonly Option<bool> _embeddings = DeriveOptions.Flag("--embeddings", "The embedding and the output matrix too.");

    public DeriveQuantise(Surroundings around)
        : base(around, "quantise", "Round each attention and FFN matrix to a grid of few numbers (int8 per row, int4 per 32 numbers), written back as floats.") =>
        AddOptions(_format, _embeddings);

    public override IReadOnlyList<string> Examples => ["stemma derive quantise examples/parent --to int4 -o quantised"];

    protected override Derivation Make(ParseResult parsed) => new Quantise { Format = parsed.GetValue(_format), Embeddings = parsed.GetValue(_embeddings) };
}
