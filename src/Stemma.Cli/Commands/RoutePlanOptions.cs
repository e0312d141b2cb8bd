using System.CommandLine;
using Stemma.Cli.Commands.Deriving;
using Stemma.Running.Routing.Costs;

namespace Stemma.Cli.Commands;

/// <summary>What <c>stemma route --plan</c> takes.</summary>
internal sealed class RoutePlanOptions
{
    private readonly Option<string> _shape = new("--shape")
    {
        Description = "With --plan: a published model by name, or a config.json.",
        HelpName = "NAME",
        DefaultValueFactory = _ => new ServingRequest().Shape,
    };

    private readonly Option<Chosen<string>> _hardware = DeriveOptions.Word("--hardware", "With --plan: the devices", Accelerator.All[0].Name, [.. Accelerator.All.Select(one => (one.Name, one.Name))]);
    private readonly Option<int[]> _batch = DeriveOptions.Numbers("--batch", "With --plan: sequences at once, such as 1,64,456. [default: doubling, up to what fits]", required: false);
    private readonly Option<int> _context = DeriveOptions.Whole("--context", "With --plan: tokens per sequence, prompt and answer together.", 2048, 1, 10_000_000);
    private readonly Option<Chosen<int>> _bits = DeriveOptions.Word("--weight-bits", "With --plan: bits of a weight", 8, ("8", 8), ("16", 16));
    private readonly Option<double> _guess = DeriveOptions.Real("--guess", "With --plan: guess one further token per step (multi-token prediction), accepted in this share of cases.", "SHARE", 0, 0, 1);
    private readonly Option<double> _busiest = DeriveOptions.Real("--busiest", "With --plan: load of the busiest device over the mean under plain top-k, where it was measured.", "RATIO", 1, 1, 1000);

    public RoutePlanOptions() => _shape.CompletionSources.Add([.. Stemma.Deriving.Models.ShapeLibrary.Names]);

    public IReadOnlyList<Option> All => [_shape, _hardware, _batch, _context, _bits, _guess, _busiest];

    public ServingRequest Request(ParseResult parsed, int[]? devices) => new()
    {
        Shape = parsed.GetValue(_shape)!,
        Hardware = parsed.GetValue(_hardware)!.Value,
        Devices = devices is { Length: > 0 } ? devices : new ServingRequest().Devices,
        Batches = parsed.GetValue(_batch) ?? [],
        Context = parsed.GetValue(_context),
        WeightBits = parsed.GetValue(_bits)!.Value,
        Acceptance = parsed.GetResult(_guess) is { Implicit: false } ? parsed.GetValue(_guess) : null,
        Busiest = parsed.GetValue(_busiest),
    };
}
