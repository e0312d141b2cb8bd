using System.Globalization;
using Stemma.Reporting;

namespace Stemma.Cli.Screen;

/// <summary>Bytes or things done, speed and time left of one piece of work, in words. The engine reports from several threads.</summary>
/// <param name="title">What is being done.</param>
/// <param name="total">Bytes, or things.</param>
/// <param name="clock">Measures the time.</param>
/// <param name="unit">What the things are called; null for bytes.</param>
internal sealed class WorkMeter(string title, long total, TimeProvider clock, string? unit = null)
{
    private readonly long _start = clock.GetTimestamp();
    private long _done;

    public string Title => title;

    public long Total => total;

    public long Done => Interlocked.Read(ref _done);

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    public void Advance(long bytes) => Interlocked.Add(ref _done, bytes);

    /// <summary>For example <c>42 %, 1.24 GB of 2.96 GB, 810.5 MB/s, 0:02 left</c> or <c>42 %, 136 of 325 pairs, 1:10 left</c>.</summary>
    public string Text()
    {
        var done = Done;
        var seconds = Elapsed.TotalSeconds;
        var speed = seconds > 0 ? done / seconds : 0;
        var share = total > 0 ? Math.Min(100, 100.0 * done / total) : 0;
        var left = speed > 0 ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, total - done) / speed, 359_999)) : TimeSpan.Zero;
        var time = left.TotalHours >= 1 ? $"{(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00}" : $"{left.Minutes}:{left.Seconds:00}";
        if (unit is not null) return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share):0} %, {done} of {total} {unit}, {time} left");
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share):0} %, {TextNumbers.Bytes(done)} of {TextNumbers.Bytes(total)}, {TextNumbers.Bytes(speed)}/s, {time} left");
    }
}
