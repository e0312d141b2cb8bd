namespace Stemma.Running.Routing.Costs;

/// <summary>What one device can do per second, and what a layer costs beside that.</summary>
/// <param name="Name">How it is chosen.</param>
/// <param name="WeightBytesPerSecond">Rate at which matrices are read.</param>
/// <param name="CacheBytesPerSecond">Rate at which attention reads the cache.</param>
/// <param name="Operations">8-bit multiplications and additions per second, each counted; 16-bit ones take twice as long.</param>
/// <param name="LinkBytesPerSecond">Rate at which a device exchanges bytes with all others together.</param>
/// <param name="LayerSeconds">Start of kernels and of exchanges, per layer.</param>
/// <param name="MoeLayerSeconds">The same for choosing, sending and collecting experts, per layer that has them.</param>
/// <param name="MemoryBytes">Memory of one device.</param>
/// <param name="Fitted">True: rates that make the model agree with published timings. False: rates of a data sheet, never reached in practice.</param>
/// <param name="Source">Where the numbers come from.</param>
public sealed record Accelerator(
    string Name, double WeightBytesPerSecond, double CacheBytesPerSecond, double Operations, double LinkBytesPerSecond, double LayerSeconds, double MoeLayerSeconds,
    double MemoryBytes, bool Fitted, string Source)
{
    /// <summary>
    /// Least squares of log(model / published) over the six decode and three prefill rows of <see cref="PublishedTimings.Fitted"/>: five constants from nine rows, so this
    /// describes those rows and forecasts others only roughly. The link follows from the paper's "8 % of latency" for global exchanges at batch 456. Published data of
    /// this device contradict each other (0.4 to 1.6 TB/s), so none is used but the 64 GiB.
    /// </summary>
    private static readonly Accelerator Ascend = new(
        "ascend-800i-a2", 1.037e12, 0.908e12, 231e12, 85e9, 125e-6, 184e-6, 64.0 * (1 << 30), true,
        "Rates fitted to the timings in arXiv 2505.21411; memory 64 GiB given.");

    private static readonly Accelerator H100 = new(
        "h100-sxm", 3.35e12, 3.35e12, 1979e12, 450e9, 0, 0, 80e9, false, "NVIDIA's data sheet: 80 GB, 3.35 TB/s, 1,979 TOPS of 8-bit numbers without sparsity, NVLink 900 GB/s in both directions.");

    private static readonly Accelerator H200 = H100 with
    {
        Name = "h200-sxm",
        WeightBytesPerSecond = 4.8e12,
        CacheBytesPerSecond = 4.8e12,
        MemoryBytes = 141e9,
        Source = "NVIDIA's data sheet: 141 GB, 4.8 TB/s, 1,979 TOPS of 8-bit numbers without sparsity, NVLink 900 GB/s in both directions.",
    };

    public static IReadOnlyList<Accelerator> All { get; } = [Ascend, H100, H200];
}
