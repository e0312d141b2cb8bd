using System.Globalization;
using Stemma.Running.Routing;

namespace Stemma.Reporting.Routes;

/// <summary>Loads as rows: one per layer and expert.</summary>
public static class LoadCsv
{
    public static string Write(MeasuredRouting measured) => "layer,expert,group,device,own_tokens,top_k_tokens,moge_tokens\n" + string.Concat(
        from layer in measured.Layers
        from expert in Enumerable.Range(0, measured.Setting.Experts)
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{layer.Layer},{expert},{expert / measured.Setting.ExpertsPerGroup},{expert / measured.Setting.ExpertsPerDevice},{layer.Own.ExpertLoads[expert]},{layer.TopK.ExpertLoads[expert]},{layer.Grouped.ExpertLoads[expert]}\n"));
}
