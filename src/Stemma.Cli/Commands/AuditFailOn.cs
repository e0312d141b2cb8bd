using System.CommandLine;
using Stemma.Auditing;
using Stemma.Foundation;

namespace Stemma.Cli.Commands;

/// <summary><c>--fail-on any,base-model-differs</c>: findings that a pipeline branches on.</summary>
internal static class AuditFailOn
{
    public static Option<string[]> Option()
    {
        var option = new Option<string[]>("--fail-on")
        {
            Description = $"Exit with {ExitCode.ConditionHolds.Value} when such a finding is there, separated by commas: a code of docs/audit.md, or 'any' for every finding that a person should look at.",
            HelpName = "CODES",
            Arity = ArgumentArity.OneOrMore,
        };
        option.CompletionSources.Add([.. Words]);
        option.Validators.Add(result =>
        {
            var wrong = result.Tokens.SelectMany(token => Split(token.Value)).FirstOrDefault(word => !Words.Contains(word));
            if (wrong is not null) result.AddError($"--fail-on knows {string.Join(", ", Words)}; '{SafeText.Escape(wrong)}' is none of them.{Nearest.Hint(wrong, Words)}");
        });
        return option;
    }

    public static bool Holds(IEnumerable<string>? values, ModelAudit audit)
    {
        var words = (values ?? []).SelectMany(Split).ToHashSet(StringComparer.Ordinal);
        return audit.Findings.Any(finding => words.Contains(finding.Code) || (finding.Weight == FindingWeight.Check && words.Contains("any")));
    }

    private static string[] Words => ["any", .. AuditCodes.All];

    private static string[] Split(string value) => value.Split(',', StringSplitOptions.TrimEntries);
}
