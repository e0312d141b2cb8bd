namespace Stemma.Auditing;

/// <summary>One thing that an audit found.</summary>
/// <param name="Code">Short stable word, for example <c>same-vocabulary</c>.</param>
/// <param name="Sentence">One plain sentence that stands alone.</param>
/// <param name="Reference">The other model it is about; empty for the subject alone.</param>
public sealed record AuditFinding(string Code, string Sentence, string Reference = "")
{
    /// <summary>The numbers behind the sentence, by name.</summary>
    public IReadOnlyDictionary<string, double> Numbers { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Token ids of the subject, first and last of each stretch.</summary>
    public IReadOnlyList<(int First, int Last)> Ids { get; init; } = [];
}
