using System.Collections.Concurrent;
using Stemma.Anatomy;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching.Quick;

/// <summary>
/// Which rows a quick sketch reads: the same in every model, whatever is in it, and nested in what a full sketch keeps. Of gate and up the units of lowest seeded rank;
/// of every other matrix outside experts four blocks of sixteen neighbouring rows, again of lowest rank; of vocabularies the rows of anchor tokens.
/// The counts are fixed, so a model below about two thousand million parameters has more than two hundredths of its bytes read: that is the floor.
/// </summary>
public static class QuickRows
{
    /// <summary>The limit of units per layer in the recipe: half of it is seeded.</summary>
    public const int UnitLimit = 256;

    /// <summary>Tokens.</summary>
    public const int Tokens = 256;

    /// <summary>Rows of a matrix that is no gate and no up; all when it has no more.</summary>
    public const int Rows = 64;

    private const int Block = 16;

    private static readonly ConcurrentDictionary<(bool Units, long Length, long Count), int[]> Chosen = new();

    /// <summary>Seeded units of one expert, ascending.</summary>
    internal static int[] Units(long units, long count) => Chosen.GetOrAdd((true, units, Math.Min(count, units)), static key =>
        [.. Enumerable.Range(0, (int)key.Length).OrderBy(i => Recipe.UnitRank(i)).Take((int)key.Count).Order()]);

    /// <summary>Rows of any other matrix, ascending, in blocks.</summary>
    internal static int[] Blocks(long rows) => Chosen.GetOrAdd((false, rows, Math.Min(Rows, rows)), static key => key.Length <= Rows
        ? [.. Enumerable.Range(0, (int)key.Length)]
        : [.. Enumerable.Range(0, (int)(key.Length / Block)).OrderBy(b => Recipe.UnitRank(b)).Take(Rows / Block).Order().SelectMany(b => Enumerable.Range(b * Block, Block))]);

    /// <summary>
    /// What the cosine of two sketches must be multiplied with when one or both hold sampled rows: with P the choice of rows, the inner product is that of P'A and PB,
    /// the norms are those of each. 1 for two that hold the same rows; null when they hold none in common.
    /// </summary>
    public static double? Scale(PartSketch a, PartSketch b)
    {
        if (a is { SampledUnits: 0, SampledInner: 0 } && b is { SampledUnits: 0, SampledInner: 0 }) return 1;
        var seeded = a.Role is TensorRole.Gate or TensorRole.Up;
        return Scale(seeded, a.Units, a.SampledUnits, b.Units, b.SampledUnits) * Scale(seeded: false, a.Inner, a.SampledInner, b.Inner, b.SampledInner);
    }

    private static double? Scale(bool seeded, long lengthA, long sampledA, long lengthB, long sampledB)
    {
        if (sampledA == 0 && sampledB == 0) return 1;
        var (ofA, ofB) = (sampledA == 0 ? lengthA : sampledA, sampledB == 0 ? lengthB : sampledB);
        double common;
        if (sampledA == 0) common = Of(seeded, lengthB, sampledB).Count(row => row < lengthA);
        else if (sampledB == 0) common = Of(seeded, lengthA, sampledA).Count(row => row < lengthB);
        else if (lengthA == lengthB && sampledA == sampledB) common = sampledA;
        else common = Of(seeded, lengthA, sampledA).Intersect(Of(seeded, lengthB, sampledB)).Count();
        return common == 0 ? null : Math.Sqrt((double)ofA * ofB) / common;
    }

    private static int[] Of(bool seeded, long length, long sampled) => seeded ? Units(length, sampled) : Blocks(length);

    /// <summary>
    /// A layer's units as a quick sketch has them: the seeded ones only, and without their down columns, which lie across all rows of the file.
    /// They ask and are asked in the two-witness test, because there are no others.
    /// </summary>
    public static LayerUnits Narrow(LayerUnits units)
    {
        var kept = new HashSet<int>();
        foreach (var expert in Enumerable.Range(0, units.Count).GroupBy(row => units.Experts[row]))
        {
            var seeded = expert.Where(row => units.Choices[row].HasFlag(UnitChoice.ByIndex)).OrderBy(row => Recipe.UnitRank(units.Indices[row]));
            kept.UnionWith(units.Total <= UnitLimit ? seeded : seeded.Take(UnitSelection.SeededPerExpert(UnitLimit, units.Experts.Distinct().Count())));
        }

        int[] rows = [.. kept.Order()];
        return units with
        {
            CapLevel = 0,
            Experts = [.. rows.Select(row => units.Experts[row])],
            Indices = [.. rows.Select(row => units.Indices[row])],
            Choices = [.. rows.Select(_ => UnitChoice.ByIndex | UnitChoice.ByContent)],
            Gate = Directions(units.Gate, rows),
            Up = Directions(units.Up, rows),
            Down = [],
            Norms = [.. rows.SelectMany(row => new[] { units.Norms[row * 3], units.Norms[(row * 3) + 1], 0 })],
        };
    }

    private static sbyte[] Directions(sbyte[] all, int[] rows) =>
        all.Length == 0 ? [] : [.. rows.SelectMany(row => all.AsSpan(row * Recipe.Projection, Recipe.Projection).ToArray())];
}
