namespace Stemma.Comparing.Deep;

/// <summary>
/// Which layers of one model are copies of each other, however they were trained, upcycled or renewed since. Layers that are no copies share few units, more in a narrow model and
/// fewer where experts hold many near-copies of a unit: so the model's own pairs of layers say how many are few.
/// </summary>
internal sealed class CopiedLayers(DeepModel model)
{
    /// <summary>Always a copy: what two copies keep of each other when half of the units of each was renewed.</summary>
    private const double Surely = 0.25;

    /// <summary>Times the median pair of layers. In models of width 128 layers that are no copies reach 2.5 times, copies 10 times and more.</summary>
    private const double Outlying = 4;

    private readonly HashSet<(int, int)> _looked = [];
    private double? _least;

    /// <summary>Measures what two layers share; one layer with itself is not asked.</summary>
    public void Look(int layer, int other)
    {
        if (layer == other || !_looked.Add((Math.Min(layer, other), Math.Max(layer, other)))) return;
        model.Shared(layer, other);
        _least = null;
    }

    /// <summary>Whether they are copies, once all pairs were looked at.</summary>
    public bool AreCopies(int layer, int other) => layer != other && model.Shared(layer, other) >= (_least ??= Least());

    /// <summary>Never less than what makes layers of two models correspond.</summary>
    private double Least() => Math.Min(Surely, Math.Max(DeepComparison.Corresponding, Outlying * Median()));

    private double Median()
    {
        double[] shares = [.. _looked.Select(pair => model.Shared(pair.Item1, pair.Item2)).Order()];
        return shares.Length == 0 ? 0 : shares[shares.Length / 2];
    }
}
