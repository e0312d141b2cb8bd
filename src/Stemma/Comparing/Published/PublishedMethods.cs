namespace Stemma.Comparing.Published;

/// <summary>The published methods, in the order in which they are shown.</summary>
public static class PublishedMethods
{
    /// <summary>Fresh instances, with nothing remembered of any model.</summary>
    public static IReadOnlyList<IPublishedMethod> Create() =>
    [
        new HonestAgi(),
        new GainCosine(),
        new Csw(),
        new Awm("awm", SharedTokens.BySpelling),
        new Awm("awm-bytes", SharedTokens.ByBytes),
        new HuRef(),
        new MdirTrace(),
        new GhostSpec(),
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Create().Select(m => m.Name)];
}
