namespace Stemma.Deriving.Arithmetic;

/// <summary>New numbers for what lies along an axis: index i becomes what was <see cref="From"/>[i], times <see cref="Signs"/>[i] where there are signs.</summary>
internal sealed record Renumbering(int[] From, float[]? Signs = null)
{
    /// <summary>The renumbering that takes this one back.</summary>
    public Renumbering Inverse()
    {
        var from = new int[From.Length];
        for (var i = 0; i < from.Length; i++) from[From[i]] = i;
        return new(from, Signs is null ? null : Array.ConvertAll(from, i => Signs[i]));
    }

    /// <summary>The same for blocks of consecutive indices: heads instead of their numbers.</summary>
    public Renumbering Blocks(int length)
    {
        var from = new int[From.Length * length];
        for (var i = 0; i < from.Length; i++) from[i] = (From[i / length] * length) + (i % length);
        return new(from);
    }
}
