using System.CommandLine;
using System.Globalization;
using Stemma.Deriving;
using Stemma.Deriving.Operations;
using Stemma.Foundation;

namespace Stemma.Cli.Commands.Deriving;

/// <summary><c>stemma derive stack MODEL MODEL --layers a:0-2,b:3-5</c>.</summary>
internal sealed class DeriveStack : DeriveVerb
{
    private readonly Option<LayerRange[]> _layers = new("--layers")
    {
        Description = "Layers from the first to the last, a for the first model, b for the second and so on: a:0-2,b:3-5.",
        HelpName = "LIST",
        Required = true,
        CustomParser = result => Parse(result),
    };

    public DeriveStack(Surroundings around)
        : base(around, "stack", "Stack layers of several models of one shape.", "MODEL MODEL [MODEL...]", 1, 26, "The models, called a, b, c... in --layers.") => AddOptions(_layers);

    public override IReadOnlyList<string> Examples => ["stemma derive stack examples/parent examples/stranger --layers a:0-2,b:3-5 -o stacked"];

    protected override Derivation Make(ParseResult parsed) => new Stemma.Deriving.Operations.Stack { Layers = parsed.GetValue(_layers)! };

    private static LayerRange[] Parse(System.CommandLine.Parsing.ArgumentResult result)
    {
        var ranges = new List<LayerRange>();
        foreach (var word in result.Tokens[0].Value.Split(','))
        {
            var ends = word.Length > 2 && word[1] == ':' ? word[2..].Split('-') : [];
            if (ends.Length is 1 or 2 && word[0] is >= 'a' and <= 'z' && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last >= first)
            {
                ranges.Add(new(word[0] - 'a', first, last));
                continue;
            }

            result.AddError($"--layers wants ranges like a:0-2,b:3-5; '{SafeText.Escape(word)}' is none.");
            return [];
        }

        return [.. ranges];
    }
}
