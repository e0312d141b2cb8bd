using Stemma.Foundation;
using Stemma.Reporting;

namespace Stemma.Cli;

/// <summary>Turns whatever a verb throws into one clear message and an exit code.</summary>
internal static class Outcome
{
    /// <param name="around">Where to write.</param>
    /// <param name="json">The user asked for JSON: a refusal is then a JSON document on standard output too.</param>
    /// <param name="verb">The work.</param>
    public static ExitCode Of(Surroundings around, bool json, Func<ExitCode> verb)
    {
        try
        {
            return verb();
        }
        catch (StemmaException refused)
        {
            if (json) around.Out.Write(FaultJson.Write(refused.Fault));
            around.Error.WriteLine($"stemma: {refused.Fault}");
            return refused.Fault.Code == FaultCode.Usage ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            around.Error.WriteLine("stemma: stopped on request; no unfinished file was left behind.");
            return ExitCode.Failed;
        }
        catch (Exception bug)
        {
            around.Error.WriteLine($"stemma: this is a bug in Stemma ({bug.GetType().FullName}), not in your files. Please report it with the command you ran.");
            around.Error.WriteLine(around.Debug ? bug.ToString() : "stemma: STEMMA_DEBUG=1 shows where it happened.");
            return ExitCode.Failed;
        }
    }
}
