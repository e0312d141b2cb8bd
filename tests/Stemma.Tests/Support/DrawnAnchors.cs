using Stemma.Sketching.Kinds;

namespace Stemma.Tests.Support;

/// <summary>Embedding rows drawn without a checkpoint: one column of the embedding per residual dimension.</summary>
internal static class DrawnAnchors
{
    /// <param name="columns">[residual dimension][token]</param>
    public static AnchorRows OfColumns(float[][] columns)
    {
        var (width, tokens) = (columns.Length, columns[0].Length);
        var embed = new sbyte[tokens * width];
        var scale = new float[tokens];
        for (var token = 0; token < tokens; token++)
        {
            var largest = columns.Max(c => Math.Abs(c[token]));
            scale[token] = largest / 127;
            for (var d = 0; d < width; d++) embed[(token * width) + d] = (sbyte)(largest == 0 ? 0 : Math.Round(columns[d][token] / scale[token]));
        }

        return new(ByBytes: true, width, [.. Enumerable.Range(0, tokens).Select(t => (ulong)t)], [.. Enumerable.Range(0, tokens)], embed, scale, [], []);
    }
}
