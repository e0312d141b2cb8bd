using System.CommandLine;
using Stemma.Deriving;
using Stemma.Deriving.Models;
using Stemma.Deriving.Operations;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive synthesise --shape NAME</c>.</summary>
internal sealed class DeriveSynthesise : DeriveVerb
{
    private readonly Option<string> _shape = new("--shape") { Description = $"A config.json, or one of {string.Join(", ", ShapeLibrary.Names)}.", HelpName = "NAME", Required = true };
    private readonly Option<double> _deviation = DeriveOptions.Real("--deviation", "Standard deviation of the matrices.", "S", 0.02, 0, 1000);
    private readonly Option<bool> _initial = DeriveOptions.Flag("--initial", "Gains of one and biases of zero, as before training; otherwise they are drawn too.");

    public DeriveSynthesise(Surroundings around)
        : base(around, "synthesise", "Write random weights in the shapes of a published model: a stranger of any size, for trials.", models: "", least: 0, most: 0)
    {
        _shape.CompletionSources.Add([.. ShapeLibrary.Names]);
        AddOptions(_shape, _deviation, _initial);
    }

    public override IReadOnlyList<string> Examples => ["stemma derive synthesise --shape qwen2.5-0.5b -o stranger", "stemma derive synthesise --shape config.json --seed 3 -o another"];

    protected override Derivation Make(ParseResult parsed) =>
        new Synthesise { Shape = parsed.GetValue(_shape)!, Deviation = parsed.GetValue(_deviation), Initial = parsed.GetValue(_initial) };
}
