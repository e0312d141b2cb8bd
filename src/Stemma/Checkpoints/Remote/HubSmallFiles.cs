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

    /// <summary>Reads them, several at a time.</summary>
    /// <exception cref="StemmaException">One that is listed could not be read.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(HubClient client, HubRepository repository)
    {
        var wanted = new ConcurrentQueue<HubEntry>(Choose(repository));
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
                while (Volatile.Read(ref failure) is null && wanted.TryDequeue(out var entry)) read[entry.Name] = Read(client, repository, entry);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }

    /// <summary>Where a file is read.</summary>
    public static Uri AddressOf(HubClient client, HubRepository repository, string name) =>
        client.Address($"{repository.Repository}/resolve/{repository.Commit}/{Uri.EscapeDataString(name)}");

    private static IEnumerable<HubEntry> Choose(HubRepository repository)
    {
        var together = 0L;
        return repository.Files.Values.Where(IsWanted).OrderBy(entry => entry.Size).ThenBy(entry => entry.Name, StringComparer.Ordinal).TakeWhile(entry => (together += entry.Size) <= MostTogether);
    }

    private static bool IsWanted(HubEntry entry) => entry.Size is > 0 and <= LargestFile
        && (Array.Exists(Endings, ending => entry.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || Array.Exists(Names, name => entry.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)));

    private static byte[] Read(HubClient client, HubRepository repository, HubEntry entry)
    {
        var shown = $"{HubId.Prefix}{repository.Repository}@{repository.Commit}/{entry.Name}";
        var (bytes, _) = client.ReadWhole(AddressOf(client, repository, entry.Name), shown, (int)entry.Size);
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
