using Stemma.Foundation;

namespace Stemma.Tests.Foundation;

public sealed class InParallelTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Results_come_in_the_order_of_the_items(int atOnce) =>
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * i), InParallel.Map(Enumerable.Range(0, 500).ToList(), i => i * i, atOnce));

    [Fact]
    public void No_more_are_worked_on_at_once_than_allowed()
    {
        var (now, most, gate) = (0, 0, new Lock());
        InParallel.Map(Enumerable.Range(0, 40).ToList(), i =>
        {
            lock (gate) most = Math.Max(most, ++now);
            Thread.Yield();
            lock (gate) return now--;
        }, atOnce: 2);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public void What_is_thrown_for_an_item_comes_out_as_it_was_thrown()
    {
        var fault = new StemmaException(FaultCode.ReadFailed, "file", null, "nothing", "something");
        Assert.Same(fault, Assert.Throws<StemmaException>(() => InParallel.Map([1, 2, 3], i => i == 2 ? throw fault : i)));
    }

    [Fact]
    public void A_cancelled_piece_of_work_ends()
    {
        using var cancel = new CancellationTokenSource();
        var started = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => InParallel.Map(Enumerable.Range(0, 100_000).ToList(), _ =>
        {
            cancel.Cancel();
            return Interlocked.Increment(ref started);
        }, cancel: cancel.Token));
        Assert.InRange(started, 1, 1000);
    }
}
