using Stemma.Anatomy.Adapters;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Remote;
using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>Opens what a user names as a model: a place that holds one, or <c>BASE+ADAPTER</c>, a base model and the low-rank adapter to be merged into it.</summary>
public static class ModelOpener
{
    private const char Joint = '+';

    /// <summary>Opens; of weights nothing is read.</summary>
    /// <param name="path">Folder, weight file, shard index or name on a hub; a base and one or more adapters joined with +.</param>
    /// <param name="hub">How hubs are reached; null: as the environment says.</param>
    /// <exception cref="StemmaException">Nothing there, nothing readable, or an adapter that does not fit its base.</exception>
    public static Checkpoint Open(string path, HubAccess? hub = null)
    {
        if (Split(path) is not var (first, last)) return CheckpointOpener.Open(path, hub);
        Checkpoint? model = null, adapter = null;
        try
        {
            model = Open(first, hub);
            adapter = CheckpointOpener.Open(last, hub);
            return AdaptedCheckpoint.Of(model, AnatomyReader.Read(model, first).Assignments, adapter, path);
        }
        catch
        {
            model?.Dispose();
            adapter?.Dispose();
            throw;
        }
    }

    /// <summary>The base and the last adapter of a joint name; null for the name of one place, which may hold a + of its own.</summary>
    public static (string Base, string Adapter)? Split(string path)
    {
        if (Path.Exists(path)) return null;
        for (var at = path.LastIndexOf(Joint); at > 0; at = path.LastIndexOf(Joint, at - 1))
        {
            if (AdapterConfig.IsAdapter(path[(at + 1)..])) return (path[..at], path[(at + 1)..]);
        }

        return null;
    }
}
