using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>One file of a repository, as the hub claims it.</summary>
/// <param name="Path">Folders and name, with slashes between them.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of large files, which the hub keeps under their digest; null for small ones.</param>
/// <param name="Tag">What changes when the file does.</param>
internal sealed record HubEntry(string Path, long Size, string? Sha256, string Tag);

/// <summary>The files of a model at one commit.</summary>
/// <param name="Repository">Organisation and name.</param>
/// <param name="Commit">The state of the files; everything is read at it, whatever the branch does meanwhile.</param>
/// <param name="Files">By path.</param>
internal sealed record HubRepository(string Repository, string Commit, IReadOnlyDictionary<string, HubEntry> Files)
{
    /// <summary>The files that stand directly in a folder, by their plain names; the empty folder is the repository's own.</summary>
    public IReadOnlyDictionary<string, HubEntry> In(string folder)
    {
        var start = folder.Length == 0 ? "" : folder + "/";
        return Files.Values.Where(file => file.Path.StartsWith(start, StringComparison.Ordinal) && file.Path.IndexOf('/', start.Length) < 0).ToDictionary(file => file.Path[start.Length..], StringComparer.Ordinal);
    }

    /// <summary>Folders in which a file stands whose name promises weights, in ordinal order.</summary>
    public IReadOnlyList<string> FoldersWithWeights() =>
    [
        .. Files.Keys.Where(path => path.Contains('/', StringComparison.Ordinal) && CheckpointFormats.Suggested(path) is not null).Select(path => path[..path.LastIndexOf('/')])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>The folder, and the file in it when one is meant.</summary>
    /// <param name="place">As the user names it; null for the repository's own folder.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.HubNotFound"/>.</exception>
    public (string Folder, string? File) Find(string? place)
    {
        if (place is null) return ("", null);
        if (Files.ContainsKey(place)) return place.LastIndexOf('/') is var slash and >= 0 ? (place[..slash], place[(slash + 1)..]) : ("", place);
        if (Files.Keys.Any(path => path.StartsWith(place + "/", StringComparison.Ordinal))) return (place, null);
        throw new StemmaException(FaultCode.HubNotFound, $"{HubId.Prefix}{Repository}@{Commit}/{place}", null, "the model has no such file or folder", "", "Check the name on the hub's page of the model");
    }
}

/// <summary>Asks a hub for the commit that a revision means and for the files of that commit, page by page. Every number and name is checked.</summary>
internal static class HubListing
{
    private const int LongestPage = 16 << 20, MostPages = 200, MostFiles = 100_000, DeepestJson = 32, LongestPath = 1024;

    /// <exception cref="StemmaException">There is no such model, no access, or the answer is not as promised.</exception>
    public static HubRepository Read(HubClient client, HubId id)
    {
        var commit = HubId.IsCommit(id.Revision) ? id.Revision : CommitOf(client, id);
        var shown = $"{HubId.Prefix}{id.Repository}@{commit}";
        var files = new Dictionary<string, HubEntry>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Uri? page = client.Address($"api/models/{id.Repository}/tree/{commit}?recursive=true");
        for (var pages = 0; page is not null; pages++)
        {
            if (pages == MostPages) throw HubFaults.Invalid(shown, $"a listing of more than {MostPages} pages", $"at most {MostPages}");
            if (!client.IsOwn(page)) throw HubFaults.Invalid(shown, $"a listing that goes on at {page.IdnHost}", "pages of one hub");
            var (bytes, next) = client.ReadWhole(page, shown, LongestPage);
            AddPage(bytes, shown, files, seen);
            page = next;
        }

        return new(id.Repository, commit, files);
    }

    private static string CommitOf(HubClient client, HubId id)
    {
        var shown = id.ToString();
        var (bytes, _) = client.ReadWhole(client.Address($"api/models/{id.Repository}/revision/{Uri.EscapeDataString(id.Revision)}"), shown, LongestPage);
        return Parse(bytes, shown, root => root.ValueKind == JsonValueKind.Object && Text(root, "sha") is { } sha && HubId.IsCommit(sha)
            ? sha
            : throw HubFaults.Invalid(shown, "an answer without a commit", "the commit that the revision means"));
    }

    private static void AddPage(byte[] bytes, string shown, Dictionary<string, HubEntry> files, HashSet<string> seen) => Parse(bytes, shown, root =>
    {
        if (root.ValueKind != JsonValueKind.Array) throw HubFaults.Invalid(shown, $"a listing that is a JSON {root.ValueKind}", "an array of files");
        foreach (var item in root.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "path") is not { } path) throw HubFaults.Invalid(shown, "a file without a path", "a path for each file");
            if (!IsSafe(path)) throw new StemmaException(FaultCode.UnsafeName, shown, null, $"the file name '{path[..Math.Min(path.Length, 200)]}'", "names without '..', empty parts or control characters");
            if (!seen.Add(path)) throw HubFaults.Invalid(shown, $"the file '{path}' twice in the listing", "each file once");
            if (seen.Count > MostFiles) throw HubFaults.Invalid(shown, $"more than {MostFiles} files", $"at most {MostFiles}");
            if (Text(item, "type") == "file") files.Add(path, EntryOf(item, path, shown));
        }

        return files;
    });

    private static HubEntry EntryOf(JsonElement item, string path, string shown)
    {
        var large = item.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        if (Number(large ? lfs : item, "size") is not { } size || (Number(item, "size") is { } outer && outer != size))
            throw HubFaults.Invalid(shown, $"no size, or two, for the file '{path}'", "one size for each file");
        var digest = large ? Text(lfs, "oid") : null;
        if (digest is not null && (digest.Length != 64 || !digest.All(char.IsAsciiHexDigitLower))) throw HubFaults.Invalid(shown, $"the digest '{digest[..Math.Min(digest.Length, 80)]}' of '{path}'", "64 hexadecimal digits");
        return new(path, size, digest, digest ?? Text(item, "oid") ?? "");
    }

    private static bool IsSafe(string path) =>
        path.Length is > 0 and <= LongestPath && !path.Any(letter => char.IsControl(letter) || letter is '\\') && path.Split('/').All(part => part is not ("" or "." or ".."));

    private static T Parse<T>(byte[] bytes, string shown, Func<JsonElement, T> read)
    {
        try
        {
            using var document = StrangersJson.Parse(bytes, DeepestJson);
            return read(document.RootElement);
        }
        catch (JsonException failure)
        {
            throw new StemmaException(new Fault(FaultCode.HubAnswerInvalid, shown, null, $"an answer that is no JSON: {failure.Message}", "JSON", "Check HF_ENDPOINT"), failure);
        }
    }

    private static string? Text(JsonElement item, string name)
    {
        try
        {
            return item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: valid JSON, no text.
            return null;
        }
    }

    private static long? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) && size >= 0 ? size : null;
}
