using Stemma.Anatomy;

namespace Stemma.Sketching;

/// <summary>Chooses the sizes of a recipe so that the fingerprint stays within 0.1 % of the checkpoint or 1 MB, whichever is larger.</summary>
internal static class RecipeSizing
{
    private const long Floor = 1_000_000;
    private const double LinearShare = 0.25, UnitShare = 0.45, AnchorShare = 0.12;

    /// <summary>Bytes that a fingerprint may have.</summary>
    public static long Budget(long checkpointBytes) => Math.Max(Floor, checkpointBytes / 1000);

    public static Recipe For(long checkpointBytes, ModelAnatomy anatomy)
    {
        var budget = Budget(checkpointBytes);
        var matrices = anatomy.Assignments.Where(a => !IsVector(a.Tensor)).Sum(a => a.Parts.Count(p => p.Role != TensorRole.Buffer));
        var layers = anatomy.Assignments.SelectMany(a => a.Parts).Where(p => p.Role is TensorRole.Up && !p.IsBias).Select(p => p.Layer).Distinct().Count();
        var hidden = Math.Max(1, anatomy.Assignments
            .Where(a => a.Parts.Any(p => p.Role is TensorRole.Embed or TensorRole.LmHead)).Select(a => a.Tensor.Columns).DefaultIfEmpty(1).Max());
        return new Recipe
        {
            LinearSize = Nested(8, 64, size => matrices * size * size * sizeof(float), budget * LinearShare),
            UnitsPerLayer = Nested(32, 1024, units => layers * units * ((3 * Recipe.Projection) + 21), budget * UnitShare),
            Anchors = Nested(32, 1024, tokens => tokens * ((2 * hidden) + 20), budget * AnchorShare),
        };
    }

    /// <summary>Gains, biases and anything else that is one row of numbers.</summary>
    public static bool IsVector(Checkpoints.TensorInfo tensor) => tensor.Rows <= 1 && tensor.Columns <= MaximumVector;

    /// <summary>A longer single row is streamed in pieces instead of being held.</summary>
    public const long MaximumVector = 1 << 20;

    private static int Nested(int smallest, int largest, Func<long, long> bytes, double budget)
    {
        var size = largest;
        while (size > smallest && bytes(size) > budget) size /= 2;
        return size;
    }
}
