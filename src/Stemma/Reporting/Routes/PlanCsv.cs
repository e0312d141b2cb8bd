using System.Globalization;
using Stemma.Running.Routing.Costs;

namespace Stemma.Reporting.Routes;

/// <summary>A serving plan as rows: one per number of devices and sequences.</summary>
public static class PlanCsv
{
    public static string Write(ServingPlan plan) =>
        "devices,batch,memory_bytes,fits,seconds,tokens_per_second_per_device,top_k_imbalance,top_k_seconds,top_k_tokens_per_second_per_device\n" + string.Concat(plan.Points.Select(point => string.Create(
            CultureInfo.InvariantCulture,
            $"{point.Devices},{point.Batch},{point.MemoryBytes:0},{(point.Fits ? "true" : "false")},{point.Even.Seconds:R},{point.TokensPerDevice:R},{point.PlainLoad?.Imbalance:R},{point.Plain?.Seconds:R},{point.PlainTokensPerDevice:R}\n")));
}
