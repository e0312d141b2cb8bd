using FsCheck;
using FsCheck.Fluent;
using Stemma.Anatomy;
using Stemma.Sketching;

namespace Stemma.Tests.Sketching;

public sealed class AxisRunsTests
{
    [Fact]
    public void Windows_cut_a_slice_into_runs_that_hold_each_index_once_and_in_order() =>
        Prop.ForAll<PositiveInt[], PositiveInt>((sizes, window) =>
        {
            int At(int i) => i < sizes.Length ? sizes[i].Get : 3;
            var (length, blocks, start) = (At(0), At(1), At(2));
            var slice = new AxisSlice(start % 50, 1 + (length % 20), 1 + (blocks % 6), (length % 20) + 1 + (start % 7));
            var size = slice.Start + (slice.Blocks * slice.Stride) + 5;
            var expected = from block in Enumerable.Range(0, (int)slice.Blocks)
                           from i in Enumerable.Range(0, (int)slice.Length)
                           select (Stored: slice.Start + (block * slice.Stride) + i, Index: (block * slice.Length) + i);
            var found = new List<(long Stored, long Index)>();
            var step = 1 + (window.Get % 40);
            for (long from = 0; from < size; from += step)
                for (var runs = new AxisRuns(slice, from, Math.Min(size, from + step)); runs.Next(out var run);)
                    for (var i = 0; i < run.Count; i++) found.Add((run.First + i, run.Index + i));
            return expected.SequenceEqual(found);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_whole_axis_is_one_run()
    {
        var runs = new AxisRuns(AxisSlice.All(100), 30, 60);
        Assert.True(runs.Next(out var run));
        Assert.Equal(new AxisRun(30, 30, 30), run);
        Assert.False(runs.Next(out _));
    }
}
