using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stemma.Checkpoints.Remote;
using Stemma.Cli.Screen;
using Stemma.Foundation;
using Stemma.Reporting;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma doctor</c>: what can be checked on this machine, and what would be in the way.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Option<bool> _hub = new("--hub") { Description = "Also ask whether the hub of HF_ENDPOINT can be reached: one small request." };

    /// <summary>Resident memory that the engine promises to stay below, for any size of checkpoint.</summary>
    private const long MemoryNeeded = 400_000_000;

    public DoctorCommand(Surroundings around)
        : base(around, "doctor", "Show what can be checked on this machine, and what would be in the way.")
    {
        Add(_hub);
        Add(SharedOptions.PrivateAddresses());
    }

    public override string Synopsis => "stemma doctor [options]";

    public override IReadOnlyList<string> Examples => ["stemma doctor", "stemma doctor --hub"];

    protected override ExitCode Run(ParseResult parsed)
    {
        var troubles = new List<string>();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (memory < MemoryNeeded) troubles.Add($"Only {TextNumbers.Bytes(memory)} of memory may be used; reading a checkpoint can take {TextNumbers.Bytes(MemoryNeeded)}.");
        if (!Vector128.IsHardwareAccelerated) troubles.Add("The processor has no vector unit that .NET can use: results are the same, but slow.");
        if (!BitConverter.IsLittleEndian) troubles.Add("The processor is big-endian; checkpoints are little-endian and are not read here.");
        if (!CanWriteHere()) troubles.Add("The current folder cannot be written: give 'stemma sketch' a place with -o.");
        var network = Network(parsed.GetValue(_hub), troubles);
        (string, string)[] facts =
        [
            ("stemma", VersionCommand.Line["stemma ".Length..]),
            ("runtime", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            ("processors", $"{Environment.ProcessorCount}, {VectorText()}"),
            ("memory", $"{TextNumbers.Bytes(memory)} may be used"),
            ("screen", $"{(Around.OutIsTerminal ? "terminal" : "piped")}, {Around.Width} columns, {(Around.Colour ? "colour" : "no colour")}"),
            ("architectures", Architectures()),
            ("network", network),
        ];
        var lines = new List<TextLine>
        {
            new(troubles.Count == 0 ? "Everything is in place." : "Some things are in the way.", TextTone.Headline),
            new(""),
        };
        lines.AddRange(TextSections.Pairs(facts, Around.Width));
        lines.AddSection("In the way", troubles.SelectMany(trouble => ShownText.Wrap(trouble, Around.Width - 2)).Select(line => new TextLine("  " + line, TextTone.Warning)));
        Painter.Print(Around, lines);
        return ExitCode.Ran;
    }

    private static string Network(bool ask, List<string> troubles)
    {
        try
        {
            var hub = HubAccess.OfProcess;
            if (ask) hub.Ping();
            var used = ask ? $"{SafeText.Escape(hub.Settings.Endpoint.ToString())} answers" : "used for models named hub:org/name only";
            return hub.Settings.Proxy is { } proxy ? $"{used}, through {string.Join(" and ", proxy.Shown)}" : used;
        }
        catch (StemmaException refused)
        {
            troubles.Add($"The hub cannot be used: {refused.Fault}");
            return "the hub cannot be used";
        }
    }

    private static string VectorText() =>
        Vector512.IsHardwareAccelerated ? "512-bit vectors" : Vector256.IsHardwareAccelerated ? "256-bit vectors" : Vector128.IsHardwareAccelerated ? "128-bit vectors" : "no vectors";

    /// <summary>The families that the engine knows by name; others are read by shape.</summary>
    private static string Architectures()
    {
        const string room = ".Anatomy.architectures.";
        var known = typeof(Engine).Assembly.GetManifestResourceNames()
            .Where(name => name.Contains(room, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[(name.IndexOf(room, StringComparison.Ordinal) + room.Length)..]))
            .Order(StringComparer.Ordinal).ToList();
        return known.Count == 0 ? "by shape only" : $"{string.Join(", ", known)}; others by shape";
    }

    private static bool CanWriteHere()
    {
        try
        {
            using var probe = new FileStream($".stemma-{Guid.NewGuid():N}", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
