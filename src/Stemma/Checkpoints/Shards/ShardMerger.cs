using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Pairing;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Shards;

/// <summary>Reads the structure of every file of a plan and joins them into one checkpoint, checked against the index if there is one.</summary>
internal sealed class ShardMerger(WeightPlan plan, List<WeightFile> files)
{
    /// <summary>Files that every matrix is cut over.</summary>
    private readonly int _parts = ParallelParts.Are(plan.Names) ? plan.Names.Count : 1;

    private readonly List<TensorInfo> _tensors = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<Notice> _notices = [.. plan.Notices];
    private readonly Dictionary<string, int> _fileOf = new(StringComparer.Ordinal);

    /// <summary>Joins.</summary>
    /// <exception cref="StemmaException">A file is refused, or the files do not fit together or to their index.</exception>
    public FileCheckpoint Merge(string path, string? companions, IDisposable? scratch = null)
    {
        ICheckpointFormat? first = null;
        var read = new List<FileContents>();
        var beside = new List<int>();
        // Files that a format finds beside its own are added behind these.
        var named = files.Count;
        for (var i = 0; i < named; i++)
        {
            var (format, contents) = CheckpointFormats.Read(files[i], i);
            first ??= format;
            if (format != first) throw files[i].Refuse(FaultCode.UnknownFormat, 0, $"a {format.Name} file among {first.Name} files", "shards of one format");
            read.Add(contents);
            beside.Add(files.Count);
            files.AddRange(contents.More);
        }

        var joined = first?.Join(files, read) ?? [];
        for (var i = 0; i < joined.Count; i++) Add(joined[i], i, beside[i]);
        if (plan.Index is { } index) CheckIndex(index);
        var (tensors, paired) = first?.Name == GgufFormat.FormatName ? (_tensors, null) : MakersPairing.Undo(_tensors, companions, _parts);
        if (paired is not null) _notices.Add(paired);
        return new FileCheckpoint(files, joined.Select(one => one.Vocabulary).FirstOrDefault(vocabulary => vocabulary is not null), scratch)
        {
            Path = path,
            Folder = companions,
            Format = first?.Name ?? "",
            Files = [.. files.Select(file => new CheckpointFile(file.Name, file.Length) { State = file.State })],
            Tensors = tensors,
            Metadata = _metadata,
            Notices = _notices,
        };
    }

    private void Add(FileContents contents, int number, int beside)
    {
        var file = files[number];
        foreach (var found in contents.Tensors)
        {
            var tensor = found.File < 0 ? found with { File = beside - 1 - found.File } : found;
            if (_parts > 1) tensor = tensor with { Name = ParallelParts.ShareOf(tensor.Name, number) };
            _tensors.Add(tensor);
            if (!_fileOf.TryAdd(tensor.Name, tensor.File))
                throw file.Refuse(FaultCode.ShardTensorTwice, null, $"tensor '{tensor.Name}', which is also in {files[_fileOf[tensor.Name]].Name}", "each tensor in one file");
        }

        _notices.AddRange(contents.Notices);
        foreach (var (name, value) in contents.Metadata) _metadata.TryAdd(name, value);
    }

    private void CheckIndex(ShardIndex index)
    {
        foreach (var (tensor, name) in index.FileOf)
        {
            if (_fileOf.TryGetValue(tensor, out var at) && files[at].Name == name) continue;
            var file = files.First(one => one.Name == name);
            throw file.Refuse(FaultCode.ShardTensorMissing, null, $"no tensor '{tensor}'", "every tensor in the file that the index names", "download the shard again");
        }

        var unlisted = _tensors.Where(tensor => !index.FileOf.ContainsKey(tensor.Name)).Select(tensor => tensor.Name).ToList();
        if (unlisted.Count > 0)
            _notices.Add(new Notice("not-in-index", $"{unlisted.Count} tensors are in the shards but not in the index, the first is {SafeText.Escape(unlisted[0])}; they were read"));
        var total = _tensors.Aggregate((Int128)0, (sum, tensor) => sum + tensor.ByteLength);
        if (index.TotalSize is { } stated && stated != total)
            _notices.Add(new Notice("shard-size-mismatch", $"the index states {stated} bytes, the shards hold {total}"));
    }
}
