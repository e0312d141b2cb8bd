using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>A model on a hub as the user names it: <c>hub:org/name</c>, <c>hub:org/name@revision</c>, <c>hub:org/name/folder/file.gguf@revision</c>.</summary>
/// <param name="Repository">Organisation and name; old models have a name alone.</param>
/// <param name="Place">One file or folder of it; null for the model as its own folder tells.</param>
/// <param name="Revision">Branch, tag or commit.</param>
public sealed record HubId(string Repository, string? Place, string Revision)
{
    /// <summary>What such names begin with.</summary>
    public const string Prefix = "hub:";

    /// <summary>What is read when no revision is named.</summary>
    public const string DefaultRevision = "main";

    private const int LongestPart = 96, LongestRevision = 255, MostParts = 18;

    /// <summary>The last part of the repository's name.</summary>
    public string Name => Repository[(Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>True when a name on the command line means a model on a hub and not a path.</summary>
    public static bool IsHub(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Takes a name apart.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.HubNameInvalid"/>.</exception>
    public static HubId Parse(string path)
    {
        var rest = path[Prefix.Length..];
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var (named, revision) = at < 0 ? (rest, DefaultRevision) : (rest[..at], rest[(at + 1)..]);
        var parts = named.Split('/');
        var known = parts.Length is >= 1 and <= MostParts && Array.TrueForAll(parts, IsPart) && IsRevision(revision);
        if (!known) throw new StemmaException(FaultCode.HubNameInvalid, path, null, "not the name of a model on a hub", "hub:org/name, hub:org/name@revision or hub:org/name/folder/file@revision", "Check the name on the hub's page of the model");
        return new(string.Join('/', parts.Take(2)), parts.Length > 2 ? string.Join('/', parts.Skip(2)) : null, revision);
    }

    /// <summary>True for a full commit hash: it names one state of the files for ever.</summary>
    public static bool IsCommit(string revision) => revision.Length is 40 or 64 && revision.All(char.IsAsciiHexDigitLower);

    public override string ToString() => $"{Prefix}{Repository}{(Place is null ? "" : "/" + Place)}@{Revision}";

    private static bool IsPart(string part) =>
        part.Length is > 0 and <= LongestPart && part[0] is not ('.' or '-') && !part.Contains("..", StringComparison.Ordinal)
        && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    /// <summary>Slashes are fine (refs/pr/1): a revision is always sent as one escaped part of an address.</summary>
    private static bool IsRevision(string revision) =>
        revision.Length is > 0 and <= LongestRevision && revision[0] is not ('-' or '/') && !revision.Contains("..", StringComparison.Ordinal)
        && revision.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/' or '+');
}
