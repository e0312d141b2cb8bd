using MathNet.Numerics.Distributions;
using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>
/// The FFN units of a layer that are kept: half by a seeded hash of their index (the same indices in every model), half by content
/// (units whose gate points into a fixed cap, so that a unit is chosen wherever it stands; FracMinHash, Irber et al. 2022, for neurons).
/// </summary>
internal sealed class UnitSelection
{
    private static readonly float[] Cap = MakeCap();
    private static volatile SeededIndices? _lastSeeded;

    private readonly int _layer, _unitCount, _capLevel;
    private readonly List<Kept> _kept;
    private readonly sbyte[] _gate, _up, _down;
    private readonly float[] _norms;
    private readonly Dictionary<(TensorRole Role, int Expert), string> _filled = [];

    private sealed record SeededIndices(int Units, int Count, HashSet<int> Indices);

    private readonly record struct Kept(int Expert, int Index, UnitChoice Choice);

    private UnitSelection(int layer, int total, int level, List<Kept> kept)
    {
        (_layer, _unitCount, _capLevel, _kept) = (layer, total, level, kept);
        _gate = new sbyte[_kept.Count * Recipe.Projection];
        _up = new sbyte[_gate.Length];
        _down = new sbyte[_gate.Length];
        _norms = new float[_kept.Count * 3];
    }

    public int Count => _kept.Count;

    /// <param name="layer">Zero-based.</param>
    /// <param name="witnesses">Gates (ups without gates) of all experts, complete.</param>
    /// <param name="limit">Units to keep; all when there are no more.</param>
    public static UnitSelection Make(int layer, List<PartPass> witnesses, int limit)
    {
        var total = witnesses.Sum(w => w.Table!.Units);
        var level = total <= limit ? 0 : (int)Math.Ceiling(Math.Log2(total / (limit / 2.0)));
        var perExpert = total <= limit ? int.MaxValue : SeededPerExpert(limit, witnesses.Count);
        var threshold = ThresholdOf(level);
        var chosen = new List<Kept>();
        foreach (var witness in witnesses)
        {
            var table = witness.Table!;
            var seeded = Seeded(table.Units, perExpert);
            for (var unit = 0; unit < table.Units; unit++)
            {
                var choice = (seeded.Contains(unit) ? UnitChoice.ByIndex : UnitChoice.None) | (InCap(table.Of(unit), threshold) ? UnitChoice.ByContent : UnitChoice.None);
                if (choice != UnitChoice.None) chosen.Add(new(witness.Part.Expert, unit, choice));
            }
        }

        return new(layer, total, level, Bound(chosen, MostUnits(limit, witnesses.Count)));
    }

    /// <summary>Most units that a layer of so many experts keeps: the seeded ones, and a quarter more by content than expected.</summary>
    public static int MostUnits(int limit, int experts) => (experts * SeededPerExpert(limit, experts)) + (limit / 2) + (limit / 4);

    /// <summary>Writes the kept units of one matrix. Of several that claim one place the first by name stands, whichever was read first.</summary>
    public void Fill(PartPass pass)
    {
        var (part, table) = (pass.Part, pass.Table!);
        if (_filled.TryGetValue((part.Role, part.Expert), out var earlier) && string.CompareOrdinal(earlier, pass.Tensor) < 0) return;
        _filled[(part.Role, part.Expert)] = pass.Tensor;
        var (target, slot) = part.Role switch
        {
            TensorRole.Gate => (_gate, 0),
            TensorRole.Up => (_up, 1),
            _ => (_down, 2),
        };
        for (var i = 0; i < _kept.Count; i++)
        {
            if (_kept[i].Expert != part.Expert || _kept[i].Index >= table.Units) continue;
            QuantisedDirection.Write(table.Of(_kept[i].Index), target.AsSpan(i * Recipe.Projection, Recipe.Projection));
            _norms[(i * 3) + slot] = MathF.Sqrt(Math.Min(table.Squares[_kept[i].Index], float.MaxValue));
        }
    }

    public LayerUnits Pack() => new(
        _layer, _unitCount, _capLevel, [.. _kept.Select(k => k.Expert)], [.. _kept.Select(k => k.Index)], [.. _kept.Select(k => k.Choice)],
        Has(TensorRole.Gate) ? _gate : [], Has(TensorRole.Up) ? _up : [], Has(TensorRole.Down) ? _down : [], _norms);

    /// <summary>Units of one expert that are chosen by their index.</summary>
    internal static int SeededPerExpert(int limit, int experts) => Math.Max(4, limit / 2 / Math.Max(1, experts));

    private bool Has(TensorRole role) => _filled.Keys.Any(k => k.Role == role);

    /// <summary>A model built so that every gate points into the cap must not make the fingerprint large.</summary>
    private static List<Kept> Bound(List<Kept> chosen, int most) =>
        chosen.Count <= most
            ? chosen
            : [.. chosen.OrderBy(k => k.Choice.HasFlag(UnitChoice.ByIndex) ? 0 : 1).ThenBy(k => Recipe.UnitRank(k.Index)).ThenBy(k => k.Expert)
                .Take(most).OrderBy(k => k.Expert).ThenBy(k => k.Index)];

    /// <summary>The seeded indices below a width; layers and experts of a model ask for the same ones again and again, so the last answer is kept.</summary>
    private static HashSet<int> Seeded(int units, int count)
    {
        if (_lastSeeded is { } last && last.Units == units && last.Count == count) return last.Indices;
        var indices = count >= units ? Enumerable.Range(0, units).ToHashSet() : [.. Enumerable.Range(0, units).OrderBy(i => Recipe.UnitRank(i)).Take(count)];
        _lastSeeded = new(units, count, indices);
        return indices;
    }

    /// <summary>What a unit vector's product with the cap must exceed: a random direction's is close to N(0, 1), and this leaves 2^-level of them.</summary>
    private static double ThresholdOf(int level) => level == 0 ? double.NegativeInfinity : Normal.InvCDF(0, 1, 1 - Math.Pow(2, -level));

    private static bool InCap(ReadOnlySpan<float> direction, double threshold)
    {
        if (double.IsNegativeInfinity(threshold)) return true;
        double dot = 0, square = 0;
        for (var b = 0; b < Recipe.Projection; b++)
        {
            dot += direction[b] * Cap[b];
            square += (double)direction[b] * direction[b];
        }

        return square > 0 && dot > threshold * Math.Sqrt(square);
    }

    /// <summary>A fixed direction of norm 8, so that a unit vector's product with it has unit variance.</summary>
    private static float[] MakeCap()
    {
        var seed = SeededHash.SeedOf("stemma/1/cap");
        return [.. Enumerable.Range(0, Recipe.Projection).Select(b => SeededHash.Sign(seed, (ulong)b))];
    }
}
