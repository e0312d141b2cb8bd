namespace Stemma.Auditing.Sources;

/// <summary>What kind of thing a file mentions.</summary>
public enum MentionKind
{
    /// <summary>A copyright line.</summary>
    Copyright,

    /// <summary>A licence: an SPDX tag, a header or a whole text. The text is its identifier.</summary>
    Licence,

    /// <summary>A note that something was copied, adapted or modified from elsewhere.</summary>
    OriginNote,

    /// <summary>The name of a class or module of a known family.</summary>
    FamilyName,

    /// <summary>A setting that says where something comes from; <see cref="Mention.Key"/> is its name.</summary>
    Origin,

    /// <summary>An absolute path of somebody's machine.</summary>
    Path,
}

/// <summary>Something that stands in a file of the folder.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As written, or an identifier; text of a stranger.</param>
/// <param name="Place">Where.</param>
/// <param name="Key">The setting's name; empty for none.</param>
public sealed record Mention(MentionKind Kind, string Text, AuditPlace Place, string Key = "")
{
    /// <summary>The families that it names.</summary>
    internal IReadOnlyList<KnownFamily> Families { get; init; } = [];
}
