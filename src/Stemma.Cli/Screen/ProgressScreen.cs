using Spectre.Console;
using Spectre.Console.Rendering;
using Stemma.Foundation;

namespace Stemma.Cli.Screen;

/// <summary>Chooses how progress is shown: a live bar on a terminal, a line now and then in a log, nothing when asked to be quiet.</summary>
internal static class ProgressScreen
{
    /// <summary>Work that is over sooner is not worth a word.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static IWorkProgress For(Surroundings around, bool quiet)
    {
        if (quiet) return NoProgress.Instance;
        return around.ErrorIsTerminal ? new LiveProgress(around.Error, around.Clock) : new MilestoneProgress(around.Error, around.Clock);
    }
}

/// <summary>A bar on standard error, drawn from a thread of its own so that the work never waits for a terminal.</summary>
internal sealed class LiveProgress(TextWriter error, TimeProvider clock) : IWorkProgress
{
    private volatile WorkMeter? _meter;
    private TaskCompletionSource _over = new();
    private Task _drawing = Task.CompletedTask;

    public void Begin(string title, long totalBytes) => Begin(new WorkMeter(title, totalBytes, clock));

    public void BeginItems(string title, long total, string unit) => Begin(new WorkMeter(title, total, clock, unit));

    public void Advance(long bytes) => _meter?.Advance(bytes);

    public void End()
    {
        _over.TrySetResult();
        _drawing.Wait();
        _meter = null;
    }

    private void Begin(WorkMeter begun)
    {
        _meter = begun;
        _over = new();
        var over = _over.Task;
        _drawing = Task.Run(() => Draw(begun, over));
    }

    private async Task Draw(WorkMeter meter, Task over)
    {
        if (await Over(ProgressScreen.Patience, over)) return;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var screen = console.Progress().AutoClear(true).HideCompleted(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn { Width = 12 }, new MeterColumn(meter));
        await error.FlushAsync();
        await screen.StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(SafeText.Escape(meter.Title)), maxValue: Math.Max(1, meter.Total));
            do task.Value = meter.Done;
            while (!await Over(TimeSpan.FromMilliseconds(200), over));
        });
    }

    private static async Task<bool> Over(TimeSpan time, Task over)
    {
        await Task.WhenAny(over, Task.Delay(time));
        return over.IsCompleted;
    }
}

/// <summary>The meter's words. The library's own columns would count from the moment the bar appears, not from the start of the work.</summary>
internal sealed class MeterColumn(WorkMeter meter) : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(meter.Text());
}

/// <summary>For logs: a line when work turns out to be long, then at most one every 30 seconds, and one at the end.</summary>
internal sealed class MilestoneProgress(TextWriter error, TimeProvider clock) : IWorkProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private WorkMeter? _meter;
    private TimeSpan? _spoken;

    public void Begin(string title, long totalBytes) => Begin(new WorkMeter(title, totalBytes, clock));

    public void BeginItems(string title, long total, string unit) => Begin(new WorkMeter(title, total, clock, unit));

    public void Advance(long bytes)
    {
        if (_meter is not { } meter) return;
        meter.Advance(bytes);
        if (meter.Elapsed < Due()) return;
        lock (_gate)
        {
            if (meter.Elapsed < Due()) return;
            _spoken = meter.Elapsed;
            error.WriteLine($"{SafeText.Escape(meter.Title)}: {meter.Text()}");
        }
    }

    public void End()
    {
        lock (_gate)
        {
            if (_spoken is not null && _meter is { } meter) error.WriteLine($"{SafeText.Escape(meter.Title)}: done in {meter.Elapsed.TotalSeconds:0} s");
            _meter = null;
        }
    }

    private void Begin(WorkMeter begun)
    {
        lock (_gate) (_meter, _spoken) = (begun, null);
    }

    private TimeSpan Due() => _spoken is { } last ? last + Pause : ProgressScreen.Patience;
}
