namespace Stemma.Running.Routing.Costs;

/// <summary>
/// Time of one pass on equal devices, phase by phase, each phase as long as the slower of reading and multiplying (the roofline of Williams, Waterman and Patterson 2009).
/// Matrices, cache and head are spread evenly over the devices; experts lie whole on devices, and a layer waits for its busiest one: that is where imbalance costs.
/// </summary>
public static class Roofline
{
    private const double ActivationBytes = 2, CacheBytes = 2, OperationsPerWeight = 2;

    /// <param name="model">The model.</param>
    /// <param name="hardware">Each of the devices.</param>
    /// <param name="devices">How many.</param>
    /// <param name="pass">What is asked.</param>
    /// <param name="load">Expert load of the pass's tokens on as many devices; null for a dense model.</param>
    /// <param name="weightBits">8 or 16, bits of a stored weight and of its multiplication.</param>
    public static PassCost Of(ServedModel model, Accelerator hardware, int devices, ForwardPass pass, ExpertLoad? load, int weightBits = 8)
    {
        var (bytes, operations) = (weightBits / 8.0, hardware.Operations * 8 / weightBits);
        double Phase(double parameters, double uses) => Math.Max(parameters * bytes / hardware.WeightBytesPerSecond, OperationsPerWeight * uses / operations);
        double tokens = pass.Tokens;
        var each = (double)(model.AttentionParameters + model.SharedParameters) / devices;
        var head = (double)model.HeadParameters / devices;
        var matrices = Phase(each, each * tokens) + Phase(head, head * pass.Sequences * pass.Logits);
        var experts = load is null ? 0 : model.MoeLayers * Phase(load.PeakExperts * model.ExpertParameters, load.PeakLoad * model.ExpertParameters);
        var exchange = (((2.0 * model.Layers) - model.MoeLayers) * AllReduce(tokens, model.Hidden, devices)) + (load is null ? 0 : model.MoeLayers * AllToAll(tokens, model.Hidden, devices, load));
        return new(
            matrices, experts, Attention(model, hardware, devices, pass), exchange / hardware.LinkBytesPerSecond,
            (model.Layers * hardware.LayerSeconds) + (model.MoeLayers * hardware.MoeLayerSeconds));
    }

    /// <summary>Bytes that a device holds: its part of the weights and of the cache of all sequences at their full length.</summary>
    public static double Memory(ServedModel model, int devices, int sequences, int context, int weightBits = 8) =>
        ((model.Parameters * weightBits / 8.0) + ((double)sequences * context * model.CacheNumbers * CacheBytes)) / devices;

    private static double Attention(ServedModel model, Accelerator hardware, int devices, ForwardPass pass)
    {
        var read = (double)pass.Sequences * pass.Context * model.CacheNumbers * CacheBytes / devices;
        var pairs = pass.Tokens * (pass.Context + (pass.NewTokens / 2.0));
        // Queries meet keys and weights meet values, a multiplication and an addition each, in 16 bits.
        var multiply = 2 * OperationsPerWeight * pairs * model.QueryWidth * model.Layers / devices;
        return Math.Max(read / hardware.CacheBytesPerSecond, multiply / (hardware.Operations / 2));
    }

    /// <summary>Bytes that a device sends in a ring all-reduce, 2 (D - 1) / D of the whole; a reduce-scatter and an all-gather send as many.</summary>
    private static double AllReduce(double tokens, int hidden, int devices) => 2.0 * (devices - 1) / devices * tokens * hidden * ActivationBytes;

    /// <summary>Bytes of sending each device's tokens to the devices of their experts and back; the busiest device sets the time.</summary>
    private static double AllToAll(double tokens, int hidden, int devices, ExpertLoad load) =>
        2.0 * tokens / devices * (load.Reach - (load.Reach / devices)) * load.Uneven * hidden * ActivationBytes;
}
