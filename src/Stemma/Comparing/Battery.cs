using Stemma.Comparing.Methods;

namespace Stemma.Comparing;

/// <summary>The battery, in the order in which it is shown.</summary>
public static class Battery
{
    public static IReadOnlyList<IMethod> All { get; } =
    [
        new UnitIndexTest(),
        new ResidualIndexTest(),
        new HeadIndexTest(),
        new IdenticalTensors(),
        new LearnedParameters(),
        new TwoWitnessTest(),
        new AlignedUnits(),
        new AlignedAttention(),
        new DirectCosine(),
        new CentredGains(),
        new NamedTensors(),
        new TokenGeometry(),
        new SigmaCurves(),
    ];

    /// <summary>What is worth saying of two models that are the same, byte for byte.</summary>
    public static IReadOnlyList<IMethod> OfCopies { get; } = [.. All.Where(m => m is IdenticalTensors or SigmaCurves)];
}
