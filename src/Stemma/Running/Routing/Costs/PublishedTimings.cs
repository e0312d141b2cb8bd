namespace Stemma.Running.Routing.Costs;

/// <summary>One published row and what the model says of it.</summary>
/// <param name="Shape">Shape by name.</param>
/// <param name="Devices">Cards.</param>
/// <param name="Pass">What was asked.</param>
/// <param name="Seconds">Published latency of a pass.</param>
/// <param name="TokensPerDevice">Published tokens per second and card.</param>
/// <param name="TokensOut">Tokens that a pass yields.</param>
/// <param name="Fitted">The constants were fitted to this row, among others.</param>
/// <param name="Note">What had to be assumed.</param>
public sealed record PublishedTiming(string Shape, int Devices, ForwardPass Pass, double Seconds, double TokensPerDevice, double TokensOut, bool Fitted, string Note)
{
    /// <summary>The row by the model.</summary>
    public PassCost Modelled(Accelerator hardware)
    {
        var model = ServedModel.Of(Shape);
        var load = model.IsDense ? null : ExpertLoad.Of(new(model.Experts, model.Groups, model.Top, Devices, (int)Pass.Tokens), RoutingRule.Grouped);
        return Roofline.Of(model, hardware, Devices, Pass, load);
    }

    /// <summary>Model's latency over the published one, less 1.</summary>
    public double Miss(Accelerator hardware) => (Modelled(hardware).Seconds / Seconds) - 1;

    /// <summary>Model's tokens per second and card.</summary>
    public double ModelledTokens(Accelerator hardware) => TokensOut / Devices / Modelled(hardware).Seconds;
}

/// <summary>
/// Tables 5 to 8 of the Pangu Pro MoE paper (arXiv 2505.21411), 8-bit weights and activations, 2,048 tokens, on the 800I A2. The shapes of its dense models of 32B and 72B
/// are not published with it: those of Qwen2.5 stand in their place.
/// </summary>
public static class PublishedTimings
{
    private const int Length = 2048;
    private const string Moe = "pangu-pro-moe", Dense32 = "qwen2.5-32b", Dense72 = "qwen2.5-72b";

    /// <summary>The rows that the constants of the 800I A2 were fitted to.</summary>
    public static IReadOnlyList<PublishedTiming> Fitted { get; } =
    [
        Decode(Moe, 1, 18.44, 14), Decode(Moe, 456, 99.31, 1148),
        Decode(Dense32, 1, 16.26, 15), Decode(Dense32, 336, 86.34, 973),
        Decode(Dense72, 1, 26.88, 9), Decode(Dense72, 228, 97.74, 583),
        Prefill(Moe, 424.21, 4828), Prefill(Dense32, 604.07, 3390), Prefill(Dense72, 1282.94, 1596),
    ];

    /// <summary>
    /// The row with multi-token prediction, kept out of the fit. "Batch 584" at 95.56 ms and 1,528 tokens per second and card are tokens per pass; with the high acceptance
    /// that the paper names, taken as 0.9, that is 307 sequences with one guessed token each.
    /// </summary>
    public static PublishedTiming MultiToken { get; } =
        new(Moe, 4, ForwardPass.Decode(307, Length, 1), 0.09556, 1528, 307 * 1.9, false, "acceptance of guessed tokens taken as 0.9, so 307 sequences");

    public static IReadOnlyList<PublishedTiming> All { get; } = [.. Fitted, MultiToken];

    private static PublishedTiming Decode(string shape, int batch, double milliseconds, double tokens) =>
        new(shape, 4, ForwardPass.Decode(batch, Length), milliseconds / 1000, tokens, batch, true, "");

    /// <summary>Two prompts; the published tokens per second and card say that two cards served them.</summary>
    private static PublishedTiming Prefill(string shape, double milliseconds, double tokens) =>
        new(shape, 2, ForwardPass.Prefill(2, Length), milliseconds / 1000, tokens, 2 * Length, true, "two cards, by the tokens per card");
}
