using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>Reads how tokens are sent to experts.</summary>
internal static class RoutingReader
{
    /// <summary>Null when the family has no experts.</summary>
    /// <exception cref="StemmaException">The configuration is incomplete, or asks for a choice that is not computed here.</exception>
    public static RoutingConfig? Read(ConfigValues config, ModelFamily family)
    {
        if (family.Routing == RoutingKind.None) return null;
        if (family.Routing == RoutingKind.DeepSeek && (config.Size("n_routed_experts") ?? 0) == 0) return null;
        var experts = config.NeedSize("num_experts", "num_local_experts", "n_routed_experts");
        var perToken = config.NeedSize("num_experts_per_tok");
        if (perToken > experts) throw new StemmaException(FaultCode.ConfigInvalid, config.File, null, $"{perToken} of {experts} experts for a token", "no more than there are");
        var routing = new RoutingConfig { Experts = experts, PerToken = perToken, Renormalise = family.ModelTypes[0] == "mixtral" || (config.Flag("norm_topk_prob") ?? family.Renormalise) };
        return family.Routing switch
        {
            RoutingKind.Grouped => Grouped(config, family, routing),
            RoutingKind.DeepSeek => DeepSeek(config, routing),
            _ => routing,
        };
    }

    private static RoutingConfig Grouped(ConfigValues config, ModelFamily family, RoutingConfig routing)
    {
        var groups = config.Size("num_groups") ?? family.Groups;
        if (groups <= 0 || routing.Experts % groups != 0 || routing.PerToken % groups != 0)
            throw new StemmaException(FaultCode.ConfigInvalid, config.File, null, $"{routing.PerToken} of {routing.Experts} experts in {groups} groups", "the same whole number of experts, and of choices, in each group");
        if (routing.Renormalise) throw config.Unsupported("norm_topk_prob is true: grouped experts are weighted by their softmax over all", "false");
        return routing with { EqualGroups = groups };
    }

    /// <summary>DeepSeek-V2 (arXiv 2405.04434, section 2.2) and V3 (arXiv 2412.19437, section 2.1.2).</summary>
    private static RoutingConfig DeepSeek(ConfigValues config, RoutingConfig routing)
    {
        var third = config.Text("model_type") == "deepseek_v3";
        var scoring = config.Text("scoring_func") ?? (third ? "sigmoid" : "softmax");
        var method = config.Text("topk_method") ?? (third ? "noaux_tc" : "greedy");
        if (scoring is not ("softmax" or "sigmoid")) throw config.Unsupported($"scoring_func is '{SafeText.Escape(scoring)}'", "softmax, sigmoid");
        if (method is not ("greedy" or "group_limited_greedy" or "noaux_tc")) throw config.Unsupported($"topk_method is '{SafeText.Escape(method)}'", "greedy, group_limited_greedy, noaux_tc");
        if (!third && routing.Renormalise) throw config.Unsupported("norm_topk_prob is true in a deepseek_v2, for which published programs disagree", "false");
        var limited = method == "greedy" ? 0 : config.Size("n_group") ?? 1;
        var kept = limited == 0 ? 0 : config.Size("topk_group") ?? limited;
        if (limited > 0 && (routing.Experts % limited != 0 || kept is 0 || kept > limited || routing.PerToken > kept * (routing.Experts / limited)))
            throw new StemmaException(FaultCode.ConfigInvalid, config.File, null, $"{kept} of {limited} groups of {routing.Experts} experts", "whole groups that hold enough experts");
        return routing with
        {
            LimitedGroups = limited,
            GroupsKept = kept,
            GroupByTwo = method == "noaux_tc",
            Sigmoid = scoring == "sigmoid",
            Scale = config.Real("routed_scaling_factor") ?? 1,
        };
    }
}
