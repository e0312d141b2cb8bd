using Stemma.Sketching.Kinds;

namespace Stemma.Comparing.Alignment;

/// <summary>Residual dimensions as features: their column in the embedding and in the head over shared tokens, centred, equal weight.</summary>
public static class ResidualFeatures
{
    /// <param name="anchors">Rows of one model.</param>
    /// <param name="slots">Tokens to use, in the order of the other model's.</param>
    /// <param name="dimensions">Which residual dimensions.</param>
    /// <param name="head">Whether the head takes part: both models must have one.</param>
    public static Features Make(AnchorRows anchors, int[] slots, int[] dimensions, bool head)
    {
        var embed = anchors.EmbedScale.Length > 0;
        var features = new Features(dimensions.Length, slots.Length * (embed && head ? 2 : 1));
        for (var d = 0; d < dimensions.Length; d++)
        {
            var at = 0;
            if (embed) at = Column(features[d], at, anchors.Embed, anchors.EmbedScale, anchors.Width, slots, dimensions[d]);
            if (head || !embed) Column(features[d], at, anchors.Head, anchors.HeadScale, anchors.Width, slots, dimensions[d]);
        }

        features.Normalise();
        return features;
    }

    private static int Column(Span<float> target, int at, sbyte[] bytes, float[] scale, int width, int[] slots, int dimension)
    {
        var column = target.Slice(at, slots.Length);
        double mean = 0, square = 0;
        for (var t = 0; t < slots.Length; t++) mean += column[t] = bytes[(slots[t] * width) + dimension] * scale[slots[t]];
        mean /= slots.Length;
        foreach (ref var value in column)
        {
            value -= (float)mean;
            square += (double)value * value;
        }

        var length = square > 1e-20 ? (float)(1 / Math.Sqrt(square)) : 0;
        foreach (ref var value in column) value *= length;
        return at + slots.Length;
    }
}
