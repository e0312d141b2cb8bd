using Stemma.Cli;
using Stemma.Cli.Screen;
using Stemma.Foundation;

namespace Stemma.Tests.Cli;

public sealed class ProgressTests
{
    [Fact]
    public void Short_work_is_not_worth_a_word()
    {
        var (clock, error) = (new HandClock(), new StringWriter());
        var progress = new MilestoneProgress(error, clock);
        progress.Begin("reading a", 100);
        clock.Seconds = 0.9;
        progress.Advance(100);
        progress.End();
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void Long_work_speaks_at_most_every_thirty_seconds_and_says_when_it_is_over()
    {
        var (clock, error) = (new HandClock(), new StringWriter { NewLine = "\n" });
        var progress = new MilestoneProgress(error, clock);
        progress.Begin("reading a\u001b[2J", 100_000_000_000);
        for (var second = 1; second <= 100; second++)
        {
            clock.Seconds = second;
            progress.Advance(1_000_000_000);
        }

        progress.End();
        var lines = error.ToString().TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal("reading a\\u{1b}[2J: 1 %, 1.00 GB of 100.00 GB, 1.00 GB/s, 1:39 left", lines[0]);
        Assert.EndsWith("31 %, 31.00 GB of 100.00 GB, 1.00 GB/s, 1:09 left", lines[1]);
        Assert.EndsWith("done in 100 s", lines[^1]);
    }

    [Fact]
    public void Things_are_counted_by_their_name()
    {
        var (clock, error) = (new HandClock(), new StringWriter { NewLine = "\n" });
        var progress = new MilestoneProgress(error, clock);
        progress.BeginItems("comparing", 325, "pairs");
        clock.Seconds = 2;
        progress.Advance(50);
        Assert.Equal("comparing: 15 %, 50 of 325 pairs, 0:11 left\n", error.ToString());
    }

    [Fact]
    public void Quiet_is_quiet() => Assert.Same(NoProgress.Instance, ProgressScreen.For(new Surroundings { Out = TextWriter.Null, Error = TextWriter.Null }, quiet: true));

    [Fact]
    public void A_live_screen_ends_at_once_when_the_work_does()
    {
        var progress = new LiveProgress(TextWriter.Null, TimeProvider.System);
        progress.Begin("reading", 10);
        Parallel.For(0, 10, _ => progress.Advance(1));
        progress.End();
        progress.Begin("reading more", 0);
        progress.End();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 0)]
    [InlineData(5, 10)]
    public void A_meter_survives_every_total(long done, long total)
    {
        var meter = new WorkMeter("t", total, new HandClock());
        meter.Advance(done);
        Assert.Contains("left", meter.Text());
    }

    private sealed class HandClock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }
}
