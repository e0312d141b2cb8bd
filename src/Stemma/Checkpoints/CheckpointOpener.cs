using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Packing;
using Stemma.Checkpoints.Remote;
using Stemma.Checkpoints.Shards;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Finds, opens and checks a checkpoint. Nothing of the weights is read.</summary>
public static class CheckpointOpener
{
    private static readonly string[] Companions =
        ["config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt", "params.json"];

    /// <summary>Opens a folder, one weight file, a shard index, or a model on a hub.</summary>
    /// <param name="path">As the user names it; a folder of a hub cache with its links is fine, and <c>hub:org/name@revision</c> is a model on a hub.</param>
    /// <param name="hub">How hubs are reached; null: as the environment of the process says.</param>
    /// <exception cref="StemmaException">Nothing there, nothing readable, ambiguous, or not as the format demands.</exception>
    public static Checkpoint Open(string path, HubAccess? hub = null)
    {
        if (HubId.IsHub(path)) return HubOpener.Open(HubId.Parse(path), hub ?? HubAccess.OfProcess);
        if (Directory.Exists(path))
        {
            var stands = HubCache.SnapshotIn(path) ?? path;
            return Open(path, stands, FolderRules.Choose(new DiskFolder(stands)));
        }

        if (!File.Exists(path)) throw new StemmaException(FaultCode.NotFound, path, null, "no such file or folder", "", "check the path");
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        var name = Path.GetFileName(path);
        var files = new DiskFolder(folder);
        var plan = PlanOf(files, name);
        var companions = plan.Index is not null || Array.Exists(Companions, companion => File.Exists(Path.Combine(folder, companion)));
        return Open(path, companions ? folder : null, plan);
    }

    /// <summary>The plan of one file that is named: what an index names; the whole set of a split or a part, after llama.cpp's habit; else that file alone.</summary>
    /// <exception cref="StemmaException">An index is refused, or a part is missing.</exception>
    internal static WeightPlan PlanOf(IModelFolder folder, string name)
    {
        if (name.EndsWith(ShardIndex.Ending, StringComparison.Ordinal)) return WeightPlan.OfIndex(folder, name, []);
        return (GgufSplits.Siblings(folder, name) ?? ParallelParts.Siblings(folder, name)) is { } set
            ? new(folder, set, Index: null, [])
            : new(folder, [name], Index: null, [.. LoneShard(name)]);
    }

    /// <summary>Opens the files of a plan and joins them.</summary>
    /// <param name="path">How the checkpoint is called.</param>
    /// <param name="companions">Where companion files stand; null for nowhere.</param>
    /// <param name="plan">Which files.</param>
    /// <param name="scratch">Closed with the checkpoint; the caller closes it when this throws.</param>
    internal static Checkpoint Open(string path, string? companions, WeightPlan plan, IDisposable? scratch = null)
    {
        var files = new List<WeightFile>();
        try
        {
            foreach (var name in plan.Names) files.Add(plan.Folder.Open(name));
            return PackedLayouts.Unpack(new ShardMerger(plan, files).Merge(path, companions, scratch));
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    private static IEnumerable<Notice> LoneShard(string name)
    {
        if (ParallelParts.NumberOf(name) > 0)
            yield return new Notice("lone-shard", $"{SafeText.Escape(name)} is one of several parts; the others were not read", LimitsCoverage: true);
        if (ShardName.Parse(name) is { Of: > 1 } shard)
            yield return new Notice("lone-shard", $"{SafeText.Escape(name)} is one of {shard.Of} shards; the others were not read", LimitsCoverage: true);
    }
}
