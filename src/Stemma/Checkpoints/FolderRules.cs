using Stemma.Checkpoints.Shards;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>
/// Decides which files of a folder are the model: an index is obeyed; else a full set of shards or exactly one file; an earlier format of
/// <see cref="CheckpointFormats"/> is preferred. What is left aside is told as a notice; what is ambiguous is refused.
/// </summary>
internal static class FolderRules
{
    /// <summary>Files that training leaves beside the weights; PyTorch stores them in the format of weights.</summary>
    private static readonly string[] TrainingLeftovers = ["training_args", "optimizer", "scheduler", "rng_state", "scaler", "random_states"];

    /// <summary>What the libraries that write checkpoints call the one file of a model; beside it anything else is a stray.</summary>
    private static readonly string[] UsualNames = ["model.safetensors", "pytorch_model.bin", "adapter_model.safetensors", "model.onnx"];

    /// <summary>Chooses.</summary>
    /// <exception cref="StemmaException">Nothing to read, or several models.</exception>
    public static WeightPlan Choose(IModelFolder folder)
    {
        var listing = List(folder);
        foreach (var format in CheckpointFormats.All)
        {
            var files = listing.Files.GetValueOrDefault(format.Name, []);
            var indexes = listing.Indexes.Where(name => format.UsualEndings.Any(ending => name.EndsWith(ending + ShardIndex.Ending, StringComparison.Ordinal))).ToList();
            if (indexes.Count > 1) throw Ambiguous(folder, indexes, "indexes");
            if (indexes.Count == 1)
            {
                var plan = WeightPlan.OfIndex(folder, indexes[0], []);
                return plan with { Notices = [.. Strays(listing, plan.Names, format)] };
            }

            if (files.Count == 0) continue;
            var names = ChooseFiles(folder, files);
            return new WeightPlan(folder, names, Index: null, [.. Strays(listing, names, format)]);
        }

        throw None(folder, listing);
    }

    private static StemmaException None(IModelFolder folder, Listing listing)
    {
        var (seen, remedy) = ("no weights", "name the folder or the file that holds them");
        if (listing.Foreign.Count > 0) seen = $"only weights of other formats: {Few(listing.Foreign, 5)}";
        else if (folder.FoldersWithWeights() is [var first, ..] all)
            (seen, remedy) = ($"no weights here; in folders: {Few([.. all.Select(SafeText.Escape)], 8)}", $"Name one of them, for example {SafeText.Escape(folder.AddressOf(first))}");
        return new(FaultCode.NoCheckpoint, folder.Shown, null, seen, $"{string.Join(" or ", CheckpointFormats.All.Select(format => format.Name))} weights", remedy);
    }

    private static string Few(List<string> names, int most) => string.Join(", ", names.Take(most)) + (names.Count > most ? ", ..." : "");

    private static List<string> ChooseFiles(IModelFolder folder, List<string> files)
    {
        if (ParallelParts.Complete(folder, files) is { } parts) return parts;
        if (files.Count == 1 && ShardName.Parse(files[0]) is null) return files;
        if (Array.Find(UsualNames, files.Contains) is { } usual) return [usual];
        if (ShardName.Parse(files[0]) is not { } first || !files.All(name => ShardName.Parse(name)?.IsSibling(first) == true))
            throw Ambiguous(folder, files, "weight files and no index");
        if (files.Count == first.Of) return files;
        var present = files.Select(name => ShardName.Parse(name)!.Number).ToHashSet();
        var missing = Enumerable.Range(1, first.Of).First(number => !present.Contains(number));
        throw new StemmaException(
            FaultCode.ShardMissing, folder.Shown, null, $"{files.Count} of {first.Of} shards; number {missing} of '{first.Stem}' is not there", "a full set",
            "download the missing file");
    }

    private static IEnumerable<Notice> Strays(Listing listing, IReadOnlyList<string> chosen, ICheckpointFormat format)
    {
        var taken = chosen.ToHashSet(StringComparer.Ordinal);
        var sets = chosen.Select(ShardName.Parse).OfType<ShardName>().Distinct().ToList();
        foreach (var (name, files) in listing.Files)
        {
            foreach (var file in files.Where(file => !taken.Contains(file)))
            {
                var sibling = ShardName.Parse(file) is { } shard && sets.Exists(one => one.IsSibling(shard));
                yield return new Notice(
                    "stray-file",
                    $"{SafeText.Escape(file)} was not read: " + (name == format.Name ? "no index names it" : $"{format.Name} is preferred to {name}"),
                    LimitsCoverage: sibling);
            }
        }

        foreach (var file in listing.Leftovers) yield return new Notice("training-leftover", $"{SafeText.Escape(file)} was not read: by its name it holds a state of training");
        foreach (var file in listing.Foreign) yield return new Notice("stray-file", $"{SafeText.Escape(file)} was not read: its format is not known");
    }

    private static Listing List(IModelFolder folder)
    {
        var listing = new Listing([], [], [], []);
        foreach (var name in folder.Names())
        {
            if (name.EndsWith(ShardIndex.Ending, StringComparison.Ordinal)) listing.Indexes.Add(name);
            else if (FormatOf(name, folder) is not { } format)
            {
                if (ForeignFormats.Suggested(name)) listing.Foreign.Add(name);
            }
            else if (TrainingLeftovers.Any(leftover => name.StartsWith(leftover, StringComparison.Ordinal))) listing.Leftovers.Add(name);
            else if (listing.Files.TryGetValue(format.Name, out var files)) files.Add(name);
            else listing.Files.Add(format.Name, [name]);
        }

        return listing;
    }

    /// <summary>By first bytes; by name for what cannot be opened or is damaged, so that it is refused later and not passed over.</summary>
    private static ICheckpointFormat? FormatOf(string name, IModelFolder folder)
    {
        try
        {
            using var file = folder.Open(name);
            if (CheckpointFormats.Recognise(file) is { } format) return format;
        }
        catch (StemmaException refused) when (refused.Fault.Code is FaultCode.LinkRefused or FaultCode.ReadFailed or FaultCode.NotFound)
        {
            // The reason is told when the file turns out to be wanted.
        }

        return CheckpointFormats.Suggested(name);
    }

    private static StemmaException Ambiguous(IModelFolder folder, List<string> names, string what) => new(
        FaultCode.AmbiguousFolder, folder.Shown, null, $"several {what}: {Few(names, 8)}", "one model in a folder",
        "name the file that is meant");

    private sealed record Listing(Dictionary<string, List<string>> Files, List<string> Indexes, List<string> Leftovers, List<string> Foreign);
}
