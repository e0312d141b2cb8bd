using Stemma.Checkpoints.Shards;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>
/// Models in several files, <c>name-00001-of-00003.gguf</c> and so on: each carries <c>split.no</c>, <c>split.count</c> and <c>split.tensors.count</c>, the first one
/// all other keys (reference: llama.cpp, gguf-split).
/// </summary>
internal static class GgufSplits
{
    private const string Number = "split.no", Count = "split.count", Tensors = "split.tensors.count";

    /// <summary>All files of the set that a split's name belongs to, when they are all there; else null.</summary>
    public static IReadOnlyList<string>? Siblings(IModelFolder folder, string name)
    {
        if (ShardName.Parse(name) is not { Of: > 1 } shard || !shard.Ending.Equals(".gguf", StringComparison.OrdinalIgnoreCase)) return null;
        var names = new List<string>();
        for (var number = 1; number <= shard.Of; number++)
        {
            names.Add($"{shard.Stem}-{number:D5}-of-{shard.Of:D5}{shard.Ending}");
            if (!folder.Has(names[^1])) return null;
        }

        return names;
    }

    /// <summary>Checks that files which are read together say so themselves.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.GgufSplit"/>.</exception>
    public static void Check(IReadOnlyList<WeightFile> files, IReadOnlyList<GgufContents> contents)
    {
        if (files.Count == 1) return;
        for (var i = 0; i < files.Count; i++)
        {
            var keys = contents[i].Keys;
            if (keys.Number(Count) == files.Count && keys.Number(Number) == i && keys.Find(Number) is not null) continue;
            throw files[i].Refuse(
                FaultCode.GgufSplit, null, $"split {keys.Find(Number)?.Text ?? "without a number"} of {keys.Find(Count)?.Text ?? "no count"}",
                $"split {i} of {files.Count}, as its name and its place say", "name one file that holds the whole model, or download the set again");
        }

        var (claimed, found) = (contents[0].Keys.Number(Tensors), contents.Sum(one => one.Tensors.Count));
        var unread = contents.Any(one => one.Notices.Any(notice => notice.LimitsCoverage));
        if (contents[0].Keys.Find(Tensors) is not null && claimed != found && !unread)
            throw files[0].Refuse(FaultCode.GgufSplit, null, $"{found} tensors in all splits", $"{claimed}, as the first split says", "download the set again");
    }

    /// <summary>What to say about one split that is read without the others.</summary>
    public static IEnumerable<Notice> Alone(IReadOnlyList<WeightFile> files, IReadOnlyList<GgufContents> contents)
    {
        // A name of the usual form was spoken of when the file was chosen.
        if (files.Count == 1 && contents[0].Keys.Number(Count) is > 1 and var count && ShardName.Parse(files[0].Name) is null)
            yield return new Notice("lone-shard", $"{SafeText.Escape(files[0].Name)} is one of {count} splits; the others were not read", LimitsCoverage: true);
    }
}
