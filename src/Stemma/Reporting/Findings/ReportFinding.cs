namespace Stemma.Reporting.Findings;

/// <summary>What a finding is to whoever reads a list of them.</summary>
public enum FindingKind
{
    /// <summary>Something to act on.</summary>
    Problem,

    /// <summary>Looked for and not there.</summary>
    Cleared,

    /// <summary>Looked for, and it cannot be told.</summary>
    Open,

    /// <summary>Worth knowing.</summary>
    Information,
}

/// <summary>A place that a finding is about.</summary>
/// <param name="Model">Short name of the model.</param>
/// <param name="File">Path of a file in it, with slashes; empty for the whole model.</param>
/// <param name="Part">A part inside it, for example <c>layers/3</c>; empty for the whole.</param>
public sealed record FindingPlace(string Model, string File = "", string Part = "")
{
    /// <summary>First line in the file, from 1; null where it has none.</summary>
    public int? Line { get; init; }

    /// <summary>Last line; null for one line.</summary>
    public int? LastLine { get; init; }
}

/// <summary>One finding of any verb, so that each format is written once.</summary>
/// <param name="Rule">Stable word, for example <c>relation/derived</c>.</param>
/// <param name="RuleText">What the rule means, in one sentence.</param>
/// <param name="Kind">How to read it.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Places">Where; the first is the most important.</param>
/// <param name="Related">Other places that it speaks of.</param>
/// <param name="Properties">Numbers and words for programs.</param>
public sealed record ReportFinding(
    string Rule, string RuleText, FindingKind Kind, string Message, IReadOnlyList<FindingPlace> Places, IReadOnlyList<FindingPlace> Related, IReadOnlyList<(string Name, string Value)> Properties);

/// <summary>A file that findings speak of.</summary>
/// <param name="Model">Short name of the model.</param>
/// <param name="Name">Without folders.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Hexadecimal; null where it was not asked for.</param>
public sealed record FindingFile(string Model, string Name, long Length, string? Sha256);

/// <summary>Findings, and the files that they speak of.</summary>
public sealed record FindingList(IReadOnlyList<ReportFinding> Findings, IReadOnlyList<FindingFile> Files);
