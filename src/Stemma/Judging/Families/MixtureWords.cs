using System.Globalization;
using Stemma.Comparing.Mixtures;
using Stemma.Foundation;

namespace Stemma.Judging.Families;

/// <summary>A mixture in one sentence.</summary>
internal static class MixtureWords
{
    /// <param name="mixture">Everything but its detail.</param>
    /// <param name="depth">Layers of the child; for a stack.</param>
    public static string Of(Mixture mixture, int depth = 0) => mixture.Kind == MixtureKind.Stack ? Stack(mixture, depth) : Merge(mixture);

    /// <summary>The parents with their shares: <c>0.6 a + 0.4 b</c>.</summary>
    public static string Recipe(Mixture mixture) => mixture.Kind == MixtureKind.Stack
        ? $"{Name(mixture, 0)} and {Name(mixture, 1)}"
        : string.Join(" ", mixture.Parents.Select((p, at) => $"{(p.Share < 0 ? "- " : at == 0 ? "" : "+ ")}{Math.Abs(p.Share!.Value).ToString("0.###", CultureInfo.InvariantCulture)} {Name(mixture, at)}"));

    private static string Merge(Mixture mixture)
    {
        var rounding = mixture.Rounding is { } left ? $", and what is left is {left:0.0} roundings" : ", to the precision of the sketch";
        var errors = string.Join(", ", mixture.Parents.Select(p => $"{p.StandardError:0.####}"));
        return $"{Kind(mixture.Kind)}: {Recipe(mixture)} (standard errors {errors}). Exact in {mixture.ExactTensors} of {mixture.Tensors} tensors that can tell{rounding}; "
            + $"{mixture.Gain:P1} of the distance to the nearest single parent is explained." + Course(mixture)
            + (mixture.DirectionKnown ? "" : " One of them is a mixture of the others; which one does not show.");
    }

    private static string Kind(MixtureKind kind) => kind switch
    {
        MixtureKind.Linear => "Weighted mean",
        MixtureKind.TaskArithmetic => "Sum of differences to a base (task arithmetic)",
        MixtureKind.Gradient => "Weighted mean with shares that change from tensor to tensor",
        _ => "Spherical interpolation (slerp)",
    };

    private static string Course(Mixture mixture)
    {
        if (mixture.ShareByLayer.Count == 0) return "";
        var shares = string.Join(" ", mixture.ShareByLayer.Select(l => l.Shares[0].ToString("0.00", CultureInfo.InvariantCulture)));
        return $" Share of {Name(mixture, 0)} by layer: {shares}.";
    }

    private static string Stack(Mixture mixture, int depth)
    {
        var runs = new List<string>();
        for (var at = 0; at < mixture.Layers.Count;)
        {
            var end = at + 1;
            while (end < mixture.Layers.Count && Follows(mixture.Layers[end - 1], mixture.Layers[end])) end++;
            var (first, last) = (mixture.Layers[at], mixture.Layers[end - 1]);
            runs.Add($"{Range(first.Layer, last.Layer)} from {Name(mixture, first.Parent)} {Range(first.ParentLayer, last.ParentLayer)}");
            at = end;
        }

        var missing = depth - mixture.Layers.Count;
        return $"Layers {string.Join(", ", runs)}" + (missing > 0 ? $"; {missing} layers from neither." : ".")
            + (mixture.DirectionKnown ? "" : " The two are related themselves, so that they may as well have been trained from this model with the other's layers kept fixed.");
    }

    private static bool Follows(StackedLayer a, StackedLayer b) => b.Parent == a.Parent && b.Layer == a.Layer + 1 && b.ParentLayer == a.ParentLayer + 1;

    private static string Range(int first, int last) => first == last ? $"{first}" : $"{first} to {last}";

    private static string Name(Mixture mixture, int parent) => SafeText.Escape(mixture.Parents[parent].Name);
}
