using Stemma.Foundation;

namespace Stemma.Running.Routing.Costs;

/// <summary>What to plan for.</summary>
public sealed record ServingRequest
{
    public string Shape { get; init; } = "pangu-pro-moe";

    /// <summary>One of <see cref="Accelerator.All"/> by name.</summary>
    public string Hardware { get; init; } = Accelerator.All[0].Name;

    /// <summary>Numbers of devices to try.</summary>
    public IReadOnlyList<int> Devices { get; init; } = [4, 8];

    /// <summary>Sequences at once; empty: 1, 2, 4, ... and the most that fit.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [];

    /// <summary>Tokens per sequence, prompt and answer together.</summary>
    public int Context { get; init; } = 2048;

    /// <summary>8 or 16.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Share of guessed tokens that are accepted, one guess per step (multi-token prediction); null: no guessing.</summary>
    public double? Acceptance { get; init; }

    /// <summary>Busiest device over the mean under plain top-k, where a model's own is known; 1: all experts equally likely.</summary>
    public double Busiest { get; init; } = 1;
}

/// <summary>One number of devices and sequences.</summary>
/// <param name="Devices">Devices.</param>
/// <param name="Batch">Sequences at once.</param>
/// <param name="MemoryBytes">Needed on each device.</param>
/// <param name="Fits">The memory is there.</param>
/// <param name="TokensPerPass">Tokens that one pass yields, over all sequences.</param>
/// <param name="Even">Grouped routing, or a dense model.</param>
/// <param name="EvenLoad">Its expert load; null for a dense model.</param>
/// <param name="Plain">Plain top-k; null for a dense model.</param>
/// <param name="PlainLoad">Its expert load.</param>
public sealed record ServingPoint(
    int Devices, int Batch, double MemoryBytes, bool Fits, double TokensPerPass, PassCost Even, ExpertLoad? EvenLoad, PassCost? Plain, ExpertLoad? PlainLoad)
{
    /// <summary>Tokens per second and device with grouped routing, or of a dense model.</summary>
    public double TokensPerDevice => TokensPerPass / Devices / Even.Seconds;

    /// <summary>Tokens per second and device with plain top-k.</summary>
    public double? PlainTokensPerDevice => Plain is { } plain ? TokensPerPass / Devices / plain.Seconds : null;
}

/// <summary>Tokens per second against sequences and devices.</summary>
public sealed record ServingPlan(ServingRequest Request, ServedModel Model, Accelerator Hardware, IReadOnlyList<ServingPoint> Points)
{
    private const int MostBatch = 4096;

    /// <summary>The most tokens per second and device that fit; null when nothing fits.</summary>
    public ServingPoint? Best => Points.Where(point => point.Fits).MaxBy(point => point.TokensPerDevice);

    /// <summary>Costs every number of devices with every number of sequences.</summary>
    /// <exception cref="StemmaException">An unknown shape or device, or numbers that do not fit together.</exception>
    public static ServingPlan Make(ServingRequest request, CancellationToken cancel = default)
    {
        Demand(request.Context is >= 1 and <= 10_000_000, $"a context of {request.Context} tokens", "1 to 10,000,000");
        Demand(request.WeightBits is 8 or 16, $"weights of {request.WeightBits} bits", "8 or 16");
        Demand(request.Acceptance is null or (>= 0 and <= 1), $"an acceptance of {request.Acceptance}", "0 to 1");
        Demand(request.Devices.Count > 0 && request.Devices.All(d => d is >= 1 and <= 4096), "a number of devices", "1 to 4096");
        Demand(request.Batches.All(b => b is >= 1 and <= 1 << 16), "a number of sequences", $"1 to {1 << 16}");
        var hardware = Accelerator.All.FirstOrDefault(one => one.Name == request.Hardware)
            ?? throw new StemmaException(FaultCode.RoutingSettingInvalid, "", null, $"hardware '{request.Hardware}'", string.Join(", ", Accelerator.All.Select(one => one.Name)));
        var model = ServedModel.Of(request.Shape);
        var points = new List<ServingPoint>();
        foreach (var devices in request.Devices.Distinct().Order())
        {
            foreach (var batch in Batches(request, model, hardware, devices))
            {
                cancel.ThrowIfCancellationRequested();
                points.Add(Point(request, model, hardware, devices, batch, cancel));
            }
        }

        return new(request, model, hardware, points);
    }

    private static ServingPoint Point(ServingRequest request, ServedModel model, Accelerator hardware, int devices, int batch, CancellationToken cancel)
    {
        var pass = ForwardPass.Decode(batch, request.Context, request.Acceptance is null ? 0 : 1);
        var memory = Roofline.Memory(model, devices, batch, request.Context, request.WeightBits);
        var (fits, yield) = (memory <= hardware.MemoryBytes, batch * (1 + (request.Acceptance ?? 0)));
        if (model.IsDense) return new(devices, batch, memory, fits, yield, Roofline.Of(model, hardware, devices, pass, null, request.WeightBits), null, null, null);
        var setting = new RoutingSetting(model.Experts, model.Groups, model.Top, devices, (int)pass.Tokens);
        var grouped = ExpertLoad.Of(setting, RoutingRule.Grouped, cancel: cancel);
        var plain = ExpertLoad.Of(setting, RoutingRule.TopK, busiest: request.Busiest, cancel: cancel);
        PassCost Cost(ExpertLoad load) => Roofline.Of(model, hardware, devices, pass, load, request.WeightBits);
        return new(devices, batch, memory, fits, yield, Cost(grouped), grouped, Cost(plain), plain);
    }

    private static List<int> Batches(ServingRequest request, ServedModel model, Accelerator hardware, int devices)
    {
        if (request.Batches.Count > 0) return [.. request.Batches.Distinct().Order()];
        bool Fits(int batch) => Roofline.Memory(model, devices, batch, request.Context, request.WeightBits) <= hardware.MemoryBytes;
        var batches = new List<int>();
        for (var batch = 1; batch <= MostBatch && Fits(batch); batch *= 2) batches.Add(batch);
        if (batches.Count == 0) return [1];
        var (low, high) = (batches[^1], Math.Min(MostBatch, 2 * batches[^1]));
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Fits(middle) ? (middle, high) : (low, middle);
        }

        if (low > batches[^1]) batches.Add(low);
        return batches;
    }

    private static void Demand(bool holds, string found, string allowed)
    {
        if (!holds) throw new StemmaException(FaultCode.RoutingSettingInvalid, "", null, found, allowed);
    }
}
