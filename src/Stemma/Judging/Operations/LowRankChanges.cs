using System.Text;
using Stemma.Anatomy;
using Stemma.Foundation;

namespace Stemma.Judging.Operations;

/// <summary>Low-rank adapters folded into the weights. Which side had them folded in does not show: adding and taking away look alike.</summary>
internal static class LowRankChanges
{
    public const string Name = "low-rank-update";

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        if (findings.Pair.LowRank is not { } update) yield break;
        var detail = new StringBuilder($"The difference has rank {update.Rank}: {update.Changed} matrices changed ({Roles(update.Roles)} in {update.Layers} layers), ");
        detail.Append(update.AtRank == update.Changed ? $"each by exactly {update.Rank} directions" : $"{update.AtRank} of them by exactly {update.Rank} directions, none by more");
        detail.Append(", and the rest of the difference is rounding. ");
        detail.Append(update.Others == 0 ? $"All {update.Same} other tensors are the same bytes." : $"Of the other tensors {update.Same} are the same bytes and {update.Others} are not.");
        yield return new(new(Name, detail.ToString()));
    }

    private static string Roles(IReadOnlyList<TensorRole> roles) => string.Join(", ", roles.Select(role => Kebab.Of(role)));
}
