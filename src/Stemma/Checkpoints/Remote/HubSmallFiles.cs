using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>The small files beside a model's weights: configuration, tokenizer, index, licence, README. They are read whole, each and all with a cap.</summary>
internal static class HubSmallFiles
{
    private const int LargestFile = 64 << 20, Readers = 6;
    private const long MostTogether = 256 << 20;

    private static readonly string[] Endings = [".json", ".txt", ".md", ".model", ".tiktoken", ".jinja"], Names = ["LICENSE", "LICENCE", "NOTICE", "USE_POLICY"];

    /// <summary>Reads those of a folder, and those of the repository's own folder whose names it does not have, several at a time.</summary>
    /// <returns>By plain name.</returns>
    /// <exception cref="StemmaException">One that is listed could not be read.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(HubClient client, HubRepository repository, string folder)
    {
        var wanted = new ConcurrentQueue<(string Name, HubEntry Entry)>(Choose(repository, folder));
        var read = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        ExceptionDispatchInfo? failure = null;
        var workers = Enumerable.Range(0, Math.Min(Readers, wanted.Count)).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Task.WaitAll(workers, CancellationToken.None);
        failure?.Throw();
        return read;

        void Work()
        {
            try
            {
                while (Volatile.Read(ref failure) is null && wanted.TryDequeue(out var one)) read[one.Name] = Read(client, repository, one.Entry);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }

    /// <summary>Where a file is read.</summary>
    public static Uri AddressOf(HubClient client, HubRepository repository, string path) =>
        client.Address($"{repository.Repository}/resolve/{repository.Commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private static IEnumerable<(string Name, HubEntry Entry)> Choose(HubRepository repository, string folder)
    {
        var together = 0L;
        return repository.In(folder).Concat(repository.In("")).DistinctBy(file => file.Key, StringComparer.Ordinal).Where(file => IsWanted(file.Key, file.Value.Size))
            .OrderBy(file => file.Value.Size).ThenBy(file => file.Key, StringComparer.Ordinal).TakeWhile(file => (together += file.Value.Size) <= MostTogether).Select(file => (file.Key, file.Value));
    }

    private static bool IsWanted(string file, long size) => size is > 0 and <= LargestFile
        && (Array.Exists(Endings, ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || Array.Exists(Names, name => file.StartsWith(name, StringComparison.OrdinalIgnoreCase)));

    private static byte[] Read(HubClient client, HubRepository repository, HubEntry entry)
    {
        var shown = $"{HubId.Prefix}{repository.Repository}@{repository.Commit}/{entry.Path}";
        var (bytes, _) = client.ReadWhole(AddressOf(client, repository, entry.Path), shown, (int)entry.Size);
        if (bytes.Length != entry.Size) throw HubFaults.Changed(shown, bytes.Length, $"a file of {bytes.Length} bytes where the listing says {entry.Size}");
        if (entry.Sha256 is { } digest && Convert.ToHexStringLower(SHA256.HashData(bytes)) != digest) throw HubFaults.Changed(shown, 0, "bytes that do not have the digest of the listing");
        return bytes;
    }
}

/// <summary>A folder on disk that holds a hub's small files while a model is open, so that every reader of companion files finds them where it looks.</summary>
internal sealed class HubCompanions : IDisposable
{
    private HubCompanions(string folder) => Folder = folder;

    public string Folder { get; }

    /// <exception cref="StemmaException">The temporary folder cannot be written.</exception>
    public static HubCompanions Write(IReadOnlyDictionary<string, byte[]> files)
    {
        try
        {
            var companions = new HubCompanions(Directory.CreateTempSubdirectory("stemma-hub-").FullName);
            foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(companions.Folder, name), bytes);
            return companions;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.WriteFailed, Path.GetTempPath(), null, failure.Message, "", "Check the temporary folder"), failure);
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Small public files in the temporary folder; the system clears it.
        }
    }
}
