using Stemma.Sketching.Quick;

namespace Stemma.Judging;

/// <summary>How two checkpoints are related. Printed in kebab case: <c>common-origin</c>.</summary>
public enum Relation
{
    Identical,
    Derived,
    Merged,

    /// <summary>Not independent, but what is shared may be only the initial values.</summary>
    CommonOrigin,
    Unrelated,
    Inconclusive,
}

/// <summary>Who came from whom.</summary>
public enum Direction
{
    SubjectFromReference,
    ReferenceFromSubject,
    CommonAncestor,
    Undetermined,
}

/// <summary>How strong the support is, in a word; the number stands beside it.</summary>
public enum Strength
{
    None,
    Weak,
    Strong,
    Overwhelming,
}

/// <summary>How much of what was stored took part.</summary>
/// <param name="TensorsRead">Tensors read and sketched, over both sides.</param>
/// <param name="TensorsTotal">Tensors stored, over both sides.</param>
public sealed record Coverage(int TensorsRead, int TensorsTotal)
{
    /// <summary>How much of the bytes was read, when a fingerprint was made quickly; null when everything was.</summary>
    public QuickReading? Quick { get; init; }

    public bool Full => TensorsRead == TensorsTotal;
}

/// <summary>Something that limits the verdict.</summary>
/// <param name="Code">Stable word: <c>replay-possible</c>, <c>low-power</c>, <c>unread-tensors</c>, <c>few-controls</c>, <c>common-material-removed</c>, ...</param>
public sealed record Caveat(string Code, string Text);

/// <summary>A change that was found, with what showed it.</summary>
/// <param name="Name">Stable word of design: <c>layers-added</c>, <c>quantised</c>, ...</param>
/// <param name="Detail">One sentence with the numbers.</param>
public sealed record Operation(string Name, string Detail);

/// <summary>Something that shows who came first.</summary>
/// <param name="Name">The operation or the kind of finding, a stable word.</param>
/// <param name="Detail">What it shows, in a clause.</param>
public sealed record DirectionClue(string Name, string Detail);

/// <summary>One cell of the layer map.</summary>
public sealed record LayerMatch(int SubjectLayer, int ReferenceLayer, double Score);

/// <summary>The answer.</summary>
public sealed record Verdict
{
    public required Relation Relation { get; init; }
    public required Direction Direction { get; init; }

    /// <summary>Base-10 logarithm of the combined exact p-value, corrected for every map tried; 0 when nothing exact could be computed.</summary>
    public required double Log10P { get; init; }
    public required Strength Strength { get; init; }

    /// <summary>The first line of every output: relation, direction, support, coverage.</summary>
    public required string Summary { get; init; }
    public required Coverage Coverage { get; init; }
    public required IReadOnlyList<Operation> Operations { get; init; }

    /// <summary>What the direction rests on; empty when it is undetermined for want of evidence.</summary>
    public IReadOnlyList<DirectionClue> DirectionEvidence { get; init; } = [];

    /// <summary>What the summary was made of, so that it can be said anew when other models tell more.</summary>
    internal SummaryClauses? Clauses { get; init; }
}

/// <summary>One side of a comparison.</summary>
/// <param name="Name">Short name, made unique among the inputs by the caller.</param>
/// <param name="Digest">Digest of the weights (all tensor digests in name order), hexadecimal.</param>
/// <param name="Architecture">Family that Stemma recognised.</param>
/// <param name="Parameters">Numbers stored in weight tensors.</param>
public sealed record Party(string Name, string Digest, string Architecture, long Parameters);

/// <summary>Everything a comparison found; every output renders this and computes nothing.</summary>
public sealed record ComparisonResult
{
    public required Party Subject { get; init; }
    public required Party Reference { get; init; }
    public required Verdict Verdict { get; init; }
    public required IReadOnlyList<Comparing.Evidence> Evidence { get; init; }
    public required IReadOnlyList<LayerMatch> LayerMap { get; init; }
    public required IReadOnlyList<Caveat> Caveats { get; init; }

    /// <summary>What the search in the weights found, where it was made and took part; null where the fingerprints alone decided.</summary>
    internal Comparing.Deep.DeepFindings? Deep { get; init; }

    /// <summary>The verdict rests on the weights themselves too, so that fingerprints alone do not repeat it.</summary>
    public bool WeightsSearched => Deep is not null;
}
