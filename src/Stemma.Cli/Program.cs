using System.Runtime.InteropServices;
using Stemma.Cli;
using Stemma.Cli.Commands;

// Answered before anything else is loaded: scripts ask for the version in loops.
if (args is ["--version"] or ["version"])
{
    using var output = Console.OpenStandardOutput();
    output.Write(System.Text.Encoding.UTF8.GetBytes(VersionCommand.Line + "\n"));
    return ExitCode.Ran.Value;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var around = Surroundings.OfProcess(stop.Token);
try
{
    return CommandLine.Run(args, around).Value;
}
finally
{
    around.Out.Flush();
}

void Stop(PosixSignalContext signal)
{
    // The second request is obeyed by the system at once.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
