using System.Text;

namespace Stemma.Cli;

/// <summary>What the process returns. The only place where these numbers stand: the help text and docs/reference/exit-codes.md are made from <see cref="All"/>.</summary>
internal readonly record struct ExitCode(int Value, string Name, string Meaning)
{
    public static readonly ExitCode Ran = new(0, "ran", "The work was done and no condition of --fail-on or --gate holds.");
    public static readonly ExitCode ConditionHolds = new(1, "condition holds", "A relation or a finding named with --fail-on was found (this beats 3), or a bench with --gate found a false answer, or verify found that something is not as the file says.");
    public static readonly ExitCode Failed = new(2, "failed", "Something could not be read or written, the work was stopped, or Stemma has a bug. No answer was given.");
    public static readonly ExitCode Inconclusive = new(3, "inconclusive", "One pair was compared and the evidence does not decide. In a table of several pairs each row says so for itself and the code is 0. Of verify: a part could not be checked here.");
    public static readonly ExitCode Usage = new(4, "usage", "The command line was not understood. Nothing was read.");

    public static IReadOnlyList<ExitCode> All { get; } = [Ran, ConditionHolds, Failed, Inconclusive, Usage];

    /// <summary>The line at the end of each help text.</summary>
    public static string HelpLine => "Exit codes: " + string.Join(", ", All.Select(code => $"{code.Value} {code.Name}")) + ".";

    /// <summary>docs/reference/exit-codes.md, whole.</summary>
    public static string Page()
    {
        var page = new StringBuilder("# Exit codes\n\nMade from `src/Stemma.Cli/ExitCode.cs`; a test compares the two.\n\n| code | name | meaning |\n|---|---|---|\n");
        foreach (var code in All) page.Append($"| {code.Value} | {code.Name} | {code.Meaning} |\n");
        return page.ToString();
    }
}
