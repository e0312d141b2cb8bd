namespace Stemma.Comparing.Differences;

/// <summary>Parts of the subject with their counterparts in the matched layers of the reference, and those of no layer.</summary>
internal static class StoredPairs
{
    /// <summary>Parts of one role and shape on both sides, in the subject's order.</summary>
    public static IEnumerable<(StoredPart Subject, StoredPart Reference)> Of(PairContext pair)
    {
        foreach (var here in pair.SubjectStored.All)
        {
            if (here.CounterpartIn(pair.ReferenceStored, pair.Layers.ReferenceOf) is { } there && here.SameShape(there)) yield return (here, there);
        }
    }
}
