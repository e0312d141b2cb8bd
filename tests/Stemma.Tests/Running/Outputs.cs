using Stemma.Running;

namespace Stemma.Tests.Running;

/// <summary>Logits of whole texts, and how far apart two tables of them are.</summary>
internal static class Outputs
{
    /// <summary>[position][token], read in stretches of the given lengths; in one when none are given.</summary>
    public static float[][] Logits(Transformer model, int[] text, params int[] stretches)
    {
        var run = model.Start(text.Length);
        var table = new float[text.Length][];
        foreach (var stretch in stretches.Length == 0 ? [text.Length] : stretches)
            run.Score(text.AsSpan(run.Length, stretch), (position, logits) => table[position] = logits.ToArray());
        Assert.DoesNotContain(table, row => row is null);
        return table;
    }

    public static float[][] Logits(string path, int[] text)
    {
        using var model = Transformer.Open(path);
        return Logits(model, text);
    }

    /// <summary>The largest difference over the deviation of the first table.</summary>
    public static double Distance(float[][] a, float[][] b)
    {
        var all = a.SelectMany(row => row).ToList();
        var mean = all.Average();
        return a.Zip(b, (x, y) => x.Zip(y, (p, q) => (double)Math.Abs(p - q)).Max()).Max() / Math.Sqrt(all.Average(v => (v - mean) * (v - mean)));
    }
}
