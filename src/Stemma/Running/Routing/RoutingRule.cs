namespace Stemma.Running.Routing;

/// <summary>How a token gets its experts, where all experts are equally likely.</summary>
public enum RoutingRule
{
    /// <summary>K different experts of all N: plain top-k.</summary>
    TopK,

    /// <summary>K/M different experts of each of the M groups: a mixture of grouped experts (MoGE).</summary>
    Grouped,

    /// <summary>K draws from all N, each from all: an expert may be drawn twice. No router does this; it is the simplification that has an exact answer.</summary>
    Independent,
}
