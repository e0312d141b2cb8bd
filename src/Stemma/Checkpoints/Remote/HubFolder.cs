using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>A folder of a model on a hub at one commit. Files that lie in the hub's cache on disk at that commit are read there.</summary>
/// <param name="client">Asks the hub.</param>
/// <param name="repository">What it listed.</param>
/// <param name="folder">Which of its folders; empty for its own.</param>
/// <param name="small">Small files that were read whole, by plain name.</param>
/// <param name="snapshot">The commit's folder in the cache; null when it has none.</param>
internal sealed class HubFolder(HubClient client, HubRepository repository, string folder, IReadOnlyDictionary<string, byte[]> small, string? snapshot) : IModelFolder
{
    private readonly IReadOnlyDictionary<string, HubEntry> _files = repository.In(folder);

    public string Shown { get; } = $"{HubId.Prefix}{repository.Repository}@{repository.Commit}{(folder.Length == 0 ? "" : "/" + folder)}";

    public IReadOnlyList<string> Names() => [.. _files.Keys.Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> FoldersWithWeights() => repository.FoldersWithWeights();

    public string AddressOf(string found) => $"{HubId.Prefix}{repository.Repository}/{found}";

    public bool Has(string name) => _files.ContainsKey(name);

    public WeightFile Open(string name)
    {
        var shown = $"{Shown}/{name}";
        if (!_files.TryGetValue(name, out var entry)) throw new StemmaException(FaultCode.HubNotFound, shown, null, "the model has no such file", "", "Check the name on the hub's page of the model");
        if (small.TryGetValue(name, out var bytes)) return new WeightFile(shown, new MemoryBytes(bytes), this);
        if (Cached(name, entry) is { } cached) return cached;
        return new WeightFile(shown, new HubFile(client, entry, HubSmallFiles.AddressOf(client, repository, entry.Path)), this);
    }

    private WeightFile? Cached(string name, HubEntry entry)
    {
        if (snapshot is null || !File.Exists(Path.Combine(snapshot, folder, name))) return null;
        var file = new DiskFolder(Path.Combine(snapshot, folder)).Open(name);
        if (file.Length == entry.Size) return file;
        file.Dispose();
        return null;
    }
}

/// <summary>A file that was read whole.</summary>
internal sealed class MemoryBytes(byte[] bytes) : IByteSource
{
    public long Length => bytes.Length;

    public string State => "";

    public int Readers => 0;

    public void Read(string shown, long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > bytes.Length - destination.Length) throw new StemmaException(FaultCode.ReadFailed, shown, offset, "the file ends here", "");
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public nint Map() => 0;

    public void Expect(long offset, long length)
    {
        // Everything is there.
    }

    public void Dispose()
    {
        // Memory needs no closing.
    }
}
