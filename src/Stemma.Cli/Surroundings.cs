using System.Text;

namespace Stemma.Cli;

/// <summary>Everything outside the program that a verb may touch; tests put their own in its place.</summary>
internal sealed record Surroundings
{
    /// <summary>Results, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Talk: progress, hints, errors.</summary>
    public required TextWriter Error { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Characters per line of results.</summary>
    public int Width { get; init; } = Reporting.ReportText.Width;

    public bool Colour { get; init; }

    /// <summary>STEMMA_DEBUG is set: show the stack of a bug.</summary>
    public bool Debug { get; init; }

    public IStemmaEngine Engine { get; init; } = new StemmaEngine();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Set when the user asks to stop.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>The process's own streams. The terminal is asked only when there is one.</summary>
    public static Surroundings OfProcess(CancellationToken cancel)
    {
        var terminal = !Console.IsOutputRedirected;
        var plain = Set("NO_COLOR") || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new()
        {
            Out = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)),
            Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true },
            OutIsTerminal = terminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = terminal ? Math.Clamp(Console.WindowWidth - 1, Reporting.ReportText.Width, 120) : Reporting.ReportText.Width,
            Colour = terminal && !plain,
            Debug = Set("STEMMA_DEBUG"),
            Cancel = cancel,
        };
    }

    private static bool Set(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
