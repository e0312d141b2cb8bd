namespace Stemma.Comparing.Statistics;

/// <summary>Correlations of plain vectors; NaN entries are left out pairwise.</summary>
public static class Correlation
{
    /// <summary>Pearson's r; null when fewer than three pairs remain or one side does not vary.</summary>
    public static double? Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double n = 0, meanX = 0, meanY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i])) continue;
            n++;
            meanX += x[i];
            meanY += y[i];
        }

        if (n < 3) return null;
        meanX /= n;
        meanY /= n;
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i])) continue;
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        return xx <= 1e-24 || yy <= 1e-24 ? null : Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1);
    }

    /// <summary>Ranks, centred and scaled to unit length: the inner product of two such vectors is Spearman's rho. Null when all values are equal.</summary>
    public static float[]? StandardRanks(ReadOnlySpan<float> values)
    {
        var ranks = Ranks(values);
        var mean = (values.Length - 1) / 2.0;
        var square = 0.0;
        foreach (var rank in ranks) square += (rank - mean) * (rank - mean);
        if (square <= 0) return null;
        var (length, standard) = (Math.Sqrt(square), new float[ranks.Length]);
        for (var i = 0; i < ranks.Length; i++) standard[i] = (float)((ranks[i] - mean) / length);
        return standard;
    }

    /// <summary>Ranks from 0, ties sharing their mean.</summary>
    public static double[] Ranks(ReadOnlySpan<float> values)
    {
        var sorted = new ulong[values.Length];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = ((ulong)InOrder(values[i]) << 32) | (uint)i;
        Array.Sort(sorted);
        var ranks = new double[values.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var (end, value) = (start, values[(int)(uint)sorted[start]]);
            while (end < sorted.Length && values[(int)(uint)sorted[end]].Equals(value)) end++;
            for (var i = start; i < end; i++) ranks[(int)(uint)sorted[i]] = (start + end - 1) / 2.0;
            start = end;
        }

        return ranks;
    }

    /// <summary>Bits whose order as whole numbers is the order of the values: one number then holds a value and its place, and sorting those is faster than sorting two arrays.</summary>
    private static uint InOrder(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x80000000) == 0 ? bits | 0x80000000 : ~bits;
    }

    /// <summary>Cosine of two vectors; null when one of them is zero.</summary>
    public static double? Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xx += (double)x[i] * x[i];
            yy += (double)y[i] * y[i];
            xy += (double)x[i] * y[i];
        }

        return xx == 0 || yy == 0 ? null : Math.Clamp(xy / Math.Sqrt(xx * yy), -1, 1);
    }
}
