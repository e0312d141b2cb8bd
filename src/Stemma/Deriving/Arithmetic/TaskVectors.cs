using Stemma.Deriving.Grids;
using Stemma.Deriving.Operations;

namespace Stemma.Deriving.Arithmetic;

/// <summary>Merges what models differ in from a base, one tensor of each.</summary>
internal sealed class TaskVectors
{
    private readonly Merge _merge;
    private readonly IReadOnlyList<Grid> _grids;
    private readonly double[] _weights, _densities;
    private readonly Draws[] _draws;
    private readonly Lazy<Magnitudes>[] _trimmed;

    /// <param name="merge">How.</param>
    /// <param name="grids">The base, then the models.</param>
    /// <param name="weights">Of each model.</param>
    /// <param name="densities">Share of its differences that is kept.</param>
    /// <param name="name">The tensor; draws belong to it.</param>
    public TaskVectors(Merge merge, IReadOnlyList<Grid> grids, List<double> weights, List<double> densities, string name)
    {
        (_merge, _grids, _weights, _densities) = (merge, grids, [.. weights], [.. densities]);
        _draws = [.. weights.Select((_, m) => new Draws(merge.Seed, $"merge {m} {name}"))];
        var all = grids[0].Rows * grids[0].Columns;
        _trimmed = [.. densities.Select((density, m) => new Lazy<Magnitudes>(() => Magnitudes.Smallest(MixedGrid.Difference(grids[m + 1], grids[0]), all - (long)(density * all))))];
    }

    /// <summary>The base plus the merged differences.</summary>
    public Grid Merged() => new MixedGrid(_grids, Mix);

    private void Mix(long place, ReadOnlySpan<float> values, Span<float> result)
    {
        var elects = _merge.Method is MergeMethod.Ties or MergeMethod.DareTies;
        var normalise = _merge.Normalise ?? _merge.Method == MergeMethod.Ties;
        Span<double> differences = stackalloc double[_weights.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var (reference, elected) = (values[i], 0.0);
            for (var m = 0; m < differences.Length; m++)
            {
                differences[m] = _weights[m] * Kept(m, place + i, values[((m + 1) * result.Length) + i], reference);
                elected += differences[m];
            }

            var (sum, total) = (0.0, 0.0);
            for (var m = 0; m < differences.Length; m++)
            {
                if (elects && (elected >= 0 ? differences[m] <= 0 : differences[m] >= 0)) continue;
                (sum, total) = (sum + differences[m], total + _weights[m]);
            }

            if (normalise && Math.Abs(total) >= 1e-8) sum /= total;
            result[i] = (float)(reference + (_merge.Lambda * sum));
        }
    }

    /// <summary>What is left of a difference: all of it; nothing unless it is one of the largest; or a random share, scaled up.</summary>
    private double Kept(int model, long place, float value, float reference)
    {
        var density = _densities[model];
        if (density == 1 || _merge.Method == MergeMethod.TaskArithmetic) return (double)value - reference;
        if (_merge.Method == MergeMethod.Ties) return _trimmed[model].Value.Holds(value - reference, _draws[model], place) ? 0 : (double)value - reference;
        return _draws[model].Uniform(place) < density ? ((double)value - reference) / density : 0;
    }
}
