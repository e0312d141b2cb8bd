using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>Opens a model on a hub: its small files are read, its weight files are opened for reading by ranges. What lies in the hub's cache is read there.</summary>
internal static class HubOpener
{
    /// <exception cref="StemmaException">No such model, no access, no connection, or not as the formats demand.</exception>
    public static Checkpoint Open(HubId id, HubAccess access)
    {
        if (access.Settings.Offline || HubId.IsCommit(id.Revision))
        {
            if (HubCache.Find(access.Settings.CacheFolder, id) is { } cached && OpenCached(id, cached, access.Settings.Offline) is { } local) return local;
            if (access.Settings.Offline) throw new StemmaException(FaultCode.HubOffline, id.ToString(), null, "it is not in the cache, and HF_HUB_OFFLINE is set", "a model in the cache", "Take HF_HUB_OFFLINE away, or name a folder");
        }

        var (repository, place, file, small) = access.Find(id);
        var pinned = id with { Revision = repository.Commit };
        var folder = new HubFolder(access.Client, repository, place, small, HubCache.Find(access.Settings.CacheFolder, pinned));
        var plan = PlanOf(folder, file);
        var companions = HubCompanions.Write(small);
        try
        {
            return CheckpointOpener.Open(pinned.ToString(), companions.Folder, plan with { Notices = [.. plan.Notices, Origin(pinned)] }, companions);
        }
        catch
        {
            companions.Dispose();
            throw;
        }
    }

    /// <summary>A commit that was downloaded in part only is asked of the hub, where there is one to ask.</summary>
    private static Checkpoint? OpenCached(HubId id, string snapshot, bool offline)
    {
        try
        {
            var place = Path.Combine(snapshot, id.Place ?? "");
            var (folder, file) = id.Place is null || Directory.Exists(place) ? (place, null) : (Path.GetDirectoryName(place)!, Path.GetFileName(place));
            var plan = PlanOf(new DiskFolder(folder), file);
            var pinned = id with { Revision = Path.GetFileName(snapshot) };
            return CheckpointOpener.Open(pinned.ToString(), folder, plan with { Notices = [.. plan.Notices, Origin(pinned)] });
        }
        catch (StemmaException) when (!offline)
        {
            return null;
        }
    }

    private static WeightPlan PlanOf(IModelFolder folder, string? file) => file is null ? FolderRules.Choose(folder) : CheckpointOpener.PlanOf(folder, file);

    private static Notice Origin(HubId pinned) => new("hub-revision", $"read from {pinned.Repository} at commit {pinned.Revision}");
}
