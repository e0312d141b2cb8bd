using System.Collections.Concurrent;

namespace Stemma.Checkpoints.Remote;

/// <summary>The way to hubs: settings, connections, and what was listed in this process, so that a model that is opened twice is asked for once.</summary>
public sealed class HubAccess(HubSettings settings) : IDisposable
{
    private static Lazy<HubAccess> _ofProcess = new(() => new(OfEnvironment()));

    private readonly ConcurrentDictionary<HubId, Lazy<HubRepository>> _listed = new();
    private readonly ConcurrentDictionary<HubId, Lazy<IReadOnlyDictionary<string, byte[]>>> _small = new();
    private readonly Lazy<HubClient> _client = new(() => new HubClient(settings));

    /// <summary>As the environment says, and what <see cref="Configure"/> added.</summary>
    /// <exception cref="Foundation.StemmaException">The environment names no usable endpoint.</exception>
    public static HubAccess OfProcess => _ofProcess.Value;

    public HubSettings Settings => settings;

    internal HubClient Client => _client.Value;

    /// <summary>What a program takes from its command line; said once, before anything is opened.</summary>
    public static void Configure(Func<HubSettings, HubSettings> change) => _ofProcess = new(() => new(change(OfEnvironment())));

    /// <summary>Whether the hub answers at all: one small request.</summary>
    /// <exception cref="Foundation.StemmaException">It does not; the fault says why.</exception>
    public void Ping()
    {
        using var answer = Client.Send(Client.Address("api/models?limit=1"), settings.Endpoint.ToString());
        Client.Expect(answer.Response, settings.Endpoint.ToString());
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <summary>The files of a model at the commit that its revision means now, the folder and the file that are meant, and the contents of the small files.</summary>
    internal (HubRepository Repository, string Folder, string? File, IReadOnlyDictionary<string, byte[]> Small) Find(HubId id)
    {
        var repository = _listed.GetOrAdd(id with { Place = null }, key => new(() => HubListing.Read(Client, key))).Value;
        var pinned = new HubId(id.Repository, null, repository.Commit);
        _listed.TryAdd(pinned, new(() => repository));
        var (folder, file) = repository.Find(id.Place);
        return (repository, folder, file, _small.GetOrAdd(pinned with { Place = folder }, _ => new(() => HubSmallFiles.Read(Client, repository, folder))).Value);
    }

    private static HubSettings OfEnvironment() => HubSettings.Of(Environment.GetEnvironmentVariable);
}
