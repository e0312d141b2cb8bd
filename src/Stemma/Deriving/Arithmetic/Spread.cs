using Stemma.Deriving.Grids;

namespace Stemma.Deriving.Arithmetic;

/// <summary>Mean and standard deviation of a tensor's numbers; what is not finite takes no part.</summary>
internal sealed record Spread(double Mean, double Deviation)
{
    private const int Piece = 1 << 18;

    /// <summary>Reads the tensor once.</summary>
    public static Spread Of(Grid grid)
    {
        var (count, sum, squares) = (0L, 0.0, 0.0);
        foreach (var (_, values) in Pieces(grid))
        {
            foreach (var value in values)
            {
                if (!float.IsFinite(value)) continue;
                count++;
                sum += value;
                squares += (double)value * value;
            }
        }

        if (count == 0) return new(0, 0);
        var mean = sum / count;
        return new(mean, Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }

    /// <summary>A grid in pieces of whole rows, each valid until the next is asked for.</summary>
    public static IEnumerable<(long First, float[] Values)> Pieces(Grid grid)
    {
        if (grid.Columns == 0) yield break;
        var perPiece = Math.Max(1, Piece / grid.Columns);
        float[] values = [];
        for (var first = 0L; first < grid.Rows; first += perPiece)
        {
            var count = (int)Math.Min(perPiece, grid.Rows - first) * grid.Columns;
            if (values.Length != count) values = new float[count];
            grid.Read(first, values);
            yield return (first, values);
        }
    }
}
