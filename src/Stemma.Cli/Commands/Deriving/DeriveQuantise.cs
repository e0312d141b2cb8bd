using System.CommandLine;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive quantise MODEL</c>.</summary>
internal sealed class DeriveQuantise : DeriveVerb
{
    private readonly Option<Chosen<QuantisationFormat>> _format = DeriveOptions.Word(
        "--to", "The grid", QuantisationFormat.EightBit,
        ("int8", QuantisationFormat.EightBit), ("int4", QuantisationFormat.FourBit), ("int4-asymmetric", QuantisationFormat.FourBitAsymmetric));

    private readonly Option<bool> _embeddings = DeriveOptions.Flag("--embeddings", "The embedding and the output matrix too.");

    private readonly Option<bool> _gguf = DeriveOptions.Flag("--gguf", "Write one GGUF file, as llama.cpp's converter does, whatever the type; -o names the file.");
    private readonly Option<TensorType?> _type;

    public DeriveQuantise(Surroundings around)
        : this(around, DeriveOptions.TypeOrBlocks())
    {
    }

    private DeriveQuantise(Surroundings around, Option<TensorType?> type)
        : base(
            around, "quantise",
            "Round each attention and FFN matrix to a grid of few numbers (int8 per row, int4 per 32 numbers), written back as floats; or, with --type q4_k and the like, write a GGUF file.",
            type: type)
    {
        _type = type;
        AddOptions(_format, _embeddings, _gguf);
    }

    public override IReadOnlyList<string> Examples =>
        ["stemma derive quantise examples/parent --to int4 -o quantised", "stemma derive quantise examples/parent --type q8_0 -o quantised.gguf"];

    protected override Derivation Make(ParseResult parsed)
    {
        var type = parsed.GetValue(_type);
        return parsed.GetValue(_gguf) || type?.IsBlocked() == true ? new QuantiseGguf { Type = type } : new Quantise { Format = parsed.GetValue(_format)!.Value, Embeddings = parsed.GetValue(_embeddings) };
    }
}
