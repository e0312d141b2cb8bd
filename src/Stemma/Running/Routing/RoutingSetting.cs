using Stemma.Foundation;

namespace Stemma.Running.Routing;

/// <summary>
/// Which experts there are, how many a token gets, and how they lie on devices. Experts are numbered through; groups and devices are runs of consecutive
/// experts of equal length.
/// </summary>
/// <param name="Experts">N, routed experts of one layer.</param>
/// <param name="Groups">M, groups of a mixture of grouped experts; each token gets as many experts from every group.</param>
/// <param name="Top">K, experts per token.</param>
/// <param name="Devices">Devices that share the experts.</param>
/// <param name="Tokens">|X|, tokens that are routed at once.</param>
public sealed record RoutingSetting(int Experts, int Groups, int Top, int Devices, int Tokens)
{
    private const int MostExperts = 1 << 14;
    private const int MostTokens = 1 << 20;

    public int ExpertsPerDevice => Experts / Devices;

    public int ExpertsPerGroup => Experts / Groups;

    /// <summary>K' = K / M, experts that a token gets from each group.</summary>
    public int TopPerGroup => Top / Groups;

    /// <summary>No group is cut by the border of two devices: then grouped routing gives every device the same number of expert computations.</summary>
    public bool GroupsStayWhole => Groups % Devices == 0;

    /// <exception cref="StemmaException"><see cref="FaultCode.RoutingSettingInvalid"/>: the numbers do not fit together.</exception>
    public RoutingSetting Check()
    {
        Demand(Experts is >= 1 and <= MostExperts, $"{Experts} experts", $"1 to {MostExperts} experts");
        Demand(Tokens is >= 1 and <= MostTokens, $"{Tokens} tokens", $"1 to {MostTokens} tokens");
        Demand(Top >= 1 && Top <= Experts, $"{Top} experts per token", $"1 to {Experts}, the number of experts");
        Demand(Groups >= 1 && Experts % Groups == 0, $"{Groups} groups for {Experts} experts", "a number of groups that divides the number of experts");
        Demand(Top % Groups == 0, $"{Groups} groups for {Top} experts per token", "a number of groups that divides the experts per token: each group gives as many");
        Demand(Devices >= 1 && Experts % Devices == 0, $"{Devices} devices for {Experts} experts", "a number of devices that divides the number of experts");
        return this;
    }

    private static void Demand(bool holds, string found, string allowed)
    {
        if (!holds) throw new StemmaException(FaultCode.RoutingSettingInvalid, "", null, found, allowed);
    }
}
