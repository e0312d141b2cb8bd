using System.Collections.Concurrent;
using Stemma.Anatomy;
using Stemma.Anatomy.Values;

namespace Stemma.Comparing.Deep;

/// <summary>Reads the FFN units of layers, experts one after another, and remembers how long they were: the strongest of a layer are then read again without the others.</summary>
internal sealed class UnitReader(ModelWeights weights)
{
    /// <summary>Units of a layer that are read, the strongest; each expert gives its share, but some at least.</summary>
    private const int MostUnits = 4096, FewestOfExpert = 64;

    private readonly ConcurrentDictionary<int, IReadOnlyList<Share>> _read = [];

    /// <summary>The units of a layer; null when it has no FFN that is complete.</summary>
    public UnitSet? Read(int layer)
    {
        var experts = weights.Experts(TensorRole.Down, layer);
        var most = Math.Max(FewestOfExpert, MostUnits / Math.Max(1, experts.Count));
        var read = Read(layer, [.. experts.Select(e => Chosen(layer, e, most))]);
        if (read.Count == 0) return null;
        _read[layer] = [.. read.Select(r => r.Share with { Strength = r.Units.Strength })];
        return Pooled(layer, read);
    }

    /// <summary>The strongest of the units that a layer gave the first time.</summary>
    /// <param name="layer">A layer that was read before.</param>
    /// <param name="most">At most so many.</param>
    public UnitSet? ReadStrongest(int layer, int most)
    {
        if (!_read.TryGetValue(layer, out var shares)) return null;
        var chosen = UnitSet.Strongest([.. shares.Select(s => s.Strength)], most);
        var again = shares.Select((share, at) => share with { Rows = [.. chosen[at].Select(i => share.Rows?[i] ?? i)] }).Where(s => s.Rows!.Length > 0);
        return Pooled(layer, Read(layer, [.. again])) with { Total = shares.Sum(s => s.Total) };
    }

    private static UnitSet Pooled(int layer, List<(Share, UnitSet Units)> read) =>
        read.Count == 1 ? read[0].Units : UnitSet.Pool(read.ConvertAll(r => r.Units)) with { Layer = layer };

    /// <summary>Empty also where FFNs with and without a gate are mixed: such a layer is no transformer's.</summary>
    private List<(Share Share, UnitSet Units)> Read(int layer, IReadOnlyList<Share> shares)
    {
        var sets = new List<(Share, UnitSet Units)>();
        foreach (var share in shares)
        {
            var (expert, rows) = (share.Expert, share.Rows);
            if (weights.ReadFolded(TensorRole.Down, layer, expert, null, rows) is not { } down || weights.ReadFolded(TensorRole.Up, layer, expert, rows, null) is not { } up) continue;
            var gate = weights.ReadFolded(TensorRole.Gate, layer, expert, rows, null);
            if (down.Columns != up.Rows || down.Rows != up.Columns || (gate is not null && gate.Rows != up.Rows)) continue;
            var columns = down.Transpose();
            var first = gate ?? up;
            var strength = first.NormaliseRows();
            columns.NormaliseRows();
            if (gate is not null) up.NormaliseRows();
            sets.Add((share, new UnitSet(layer, first, gate is null ? [columns] : [up, columns], strength, share.Total)));
        }

        return sets.Exists(s => s.Units.Others.Count != sets[0].Units.Others.Count || s.Units.Width != sets[0].Units.Width) ? [] : sets;
    }

    /// <summary>Which units of an expert are read: the strongest, ascending. All of them, also when the shapes do not meet and no unit will be made.</summary>
    private Share Chosen(int layer, int expert, int most)
    {
        var first = weights.Has(TensorRole.Gate, layer, expert) ? TensorRole.Gate : TensorRole.Up;
        if (weights.SizeOf(first, layer, expert) is not { } size) return new(expert, 0, null, []);
        var meets = weights.SizeOf(TensorRole.Up, layer, expert)?.Rows == size.Rows && weights.SizeOf(TensorRole.Down, layer, expert)?.Columns == size.Rows;
        if (!meets || size.Rows <= most) return new(expert, (int)Math.Min(int.MaxValue, size.Rows), null, []);
        var lengths = weights.RowLengths(first, layer, expert)!;
        return new(expert, lengths.Length, UnitSet.Strongest([lengths], most)[0], []);
    }

    /// <summary>What is read of one expert.</summary>
    /// <param name="Expert">Which.</param>
    /// <param name="Total">Units that it has.</param>
    /// <param name="Rows">Those that are read, ascending; null for all.</param>
    /// <param name="Strength">How long the first vector of each was; empty before they were read.</param>
    private sealed record Share(int Expert, int Total, int[]? Rows, float[] Strength);
}
