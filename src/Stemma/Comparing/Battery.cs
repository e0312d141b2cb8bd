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
        new DirectCosine(),
        new CentredGains(),
        new NamedTensors(),
        new TokenGeometry(),
        new SigmaCurves(),
    ];
}
