using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Packing;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Finds, opens and checks a checkpoint. Nothing of the weights is read.</summary>
public static class CheckpointOpener
{
    private static readonly string[] Companions =
        ["config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt", "params.json"];

    /// <summary>Opens a folder, one weight file, or a shard index.</summary>
    /// <param name="path">As the user names it; a folder of a hub cache with its links is fine.</param>
    /// <exception cref="StemmaException">Nothing there, nothing readable, ambiguous, or not as the format demands.</exception>
    public static Checkpoint Open(string path)
    {
        if (Directory.Exists(path)) return Open(path, path, FolderRules.Choose(path));
        if (!File.Exists(path)) throw new StemmaException(FaultCode.NotFound, path, null, "no such file or folder", "", "check the path");
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        var name = Path.GetFileName(path);
        if (name.EndsWith(ShardIndex.Ending, StringComparison.Ordinal)) return Open(path, folder, WeightPlan.OfIndex(folder, name, []));
        var companions = Array.Exists(Companions, companion => File.Exists(Path.Combine(folder, companion)));
        // llama.cpp's habit: whoever names one split means them all.
        if (GgufSplits.Siblings(folder, name) is { } splits) return Open(path, companions ? folder : null, new WeightPlan(folder, splits, Index: null, []));
        return Open(path, companions ? folder : null, new WeightPlan(folder, [name], Index: null, [.. LoneShard(name)]));
    }

    private static IEnumerable<Notice> LoneShard(string name)
    {
        if (ShardName.Parse(name) is { Of: > 1 } shard)
            yield return new Notice("lone-shard", $"{SafeText.Escape(name)} is one of {shard.Of} shards; the others were not read", LimitsCoverage: true);
    }

    private static Checkpoint Open(string path, string? companions, WeightPlan plan)
    {
        var files = new List<WeightFile>();
        try
        {
            foreach (var name in plan.Names)
            {
                var shown = Path.Combine(plan.Folder, name);
                files.Add(WeightFile.Open(LinkGuard.Resolve(shown, plan.Folder), shown));
            }

            return PackedLayouts.Unpack(new ShardMerger(plan, files).Merge(path, companions));
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }
}
