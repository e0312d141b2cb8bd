using Stemma.Anatomy;
using Stemma.Fingerprints;
using Stemma.Foundation;

namespace Stemma.Judging.Operations;

/// <summary>The layouts in which two models keep their matrices, where these differ.</summary>
internal static class PackedWeights
{
    /// <summary>One sentence; null when neither side is packed, or both alike.</summary>
    public static string? Describe(Fingerprint subject, Fingerprint reference)
    {
        var (own, other) = (Of(subject), Of(reference));
        if (own == other) return null;
        return own is null ? $"The reference is stored as {other}."
            : other is null ? $"The subject is stored as {own}." : $"The subject is stored as {own}, the reference as {other}.";
    }

    /// <summary>The layout of most packed numbers; null when none are packed.</summary>
    private static string? Of(Fingerprint model) => model.Sketch.Tensors
        .Where(t => t.Packing is not null && t.Parts.Any(p => p.Role != TensorRole.Buffer))
        .GroupBy(t => t.Packing!, StringComparer.Ordinal)
        .OrderByDescending(g => g.Sum(t => t.Count)).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => SafeText.Escape(g.Key)).FirstOrDefault();
}
