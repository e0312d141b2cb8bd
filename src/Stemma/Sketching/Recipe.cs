using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>
/// How sketches are made. Two fingerprints can be compared when their versions agree; sizes may differ, because every size is nested in the next larger one.
/// </summary>
public sealed record Recipe
{
    /// <summary>Version of the seeds and formulas. A change of either is a new version.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Numbers in the sketch of one unit's gate, up or down vector (count sketch: Charikar, Chen, Farach-Colton 2002).</summary>
    public const int Projection = 64;

    /// <summary>Rows and columns of the sketch of one attention head.</summary>
    public const int HeadRows = 8, HeadColumns = 32;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Side of the square two-sided sketch of each matrix: 8, 16, 32 or 64.</summary>
    public required int LinearSize { get; init; }

    /// <summary>FFN units kept per layer: half chosen by index, half by the direction of their gate; all when a layer has no more.</summary>
    public required int UnitsPerLayer { get; init; }

    /// <summary>Tokens whose rows of the embedding and of the head are kept whole.</summary>
    public required int Anchors { get; init; }

    /// <summary>Sign of position <paramref name="j"/> on the axis that a unit sketch sums over (the residual stream, or a matrix' input).</summary>
    public static float InnerSign(long j) => SeededHash.Sign(InnerSeed, (ulong)j);

    /// <summary>Sign of position <paramref name="i"/> on the other axis of a two-sided sketch.</summary>
    public static float OuterSign(long i) => SeededHash.Sign(OuterSeed, (ulong)i);

    /// <summary>Order in which unit indices are taken into the seeded subset: lowest first, whatever the width of the FFN.</summary>
    public static ulong UnitRank(long index) => SeededHash.Mix(UnitSeed, (ulong)index);

    private static readonly ulong InnerSeed = SeededHash.SeedOf("stemma/1/inner");
    private static readonly ulong OuterSeed = SeededHash.SeedOf("stemma/1/outer");
    private static readonly ulong UnitSeed = SeededHash.SeedOf("stemma/1/units");
}
