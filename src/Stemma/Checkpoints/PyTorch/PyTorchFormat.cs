using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>Checkpoints of <c>torch.save</c> since PyTorch 1.6: a zip of a pickle and raw storages. Older files are recognised and refused.</summary>
internal sealed class PyTorchFormat : ICheckpointFormat
{
    private const long LongestPickle = 64 << 20;

    private static ReadOnlySpan<byte> LegacyMagic => [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    public string Name => "pytorch";

    public IReadOnlyList<string> UsualEndings { get; } = [".pt", ".pth", "model.bin"];

    /// <summary>A zip that names a <c>data.pkl</c> first or last, so that other zip files in a folder are not taken for weights; or the old magic.</summary>
    public bool Recognises(WeightFile file)
    {
        Span<byte> start = stackalloc byte[512];
        start = start[..file.ReadUpTo(0, start)];
        if (start.StartsWith(LegacyMagic)) return true;
        if (!start.StartsWith("PK\u0003\u0004"u8)) return false;
        var tail = new byte[(int)Math.Min(file.Length, 64 * 1024)];
        file.Read(file.Length - tail.Length, tail);
        return start.IndexOf("/data.pkl"u8) >= 0 || tail.AsSpan().IndexOf("/data.pkl"u8) >= 0;
    }

    public FileContents Read(WeightFile file, int index)
    {
        CheckMagic(file);
        var entries = ZipDirectory.Read(file);
        var folder = FolderOf(file, entries);
        CheckByteOrder(file, entries, folder);
        var source = ReadPickle(file, entries, folder);
        var root = new PickleMachine(source).Run();
        var notices = new List<Notice>();
        var found = new StateDictWalker(source).Find(root, notices);
        return new FileContents(Place(file, new TorchTensors(file, folder, entries, index), found, notices), new Dictionary<string, string>(), notices);
    }

    private static void CheckMagic(WeightFile file)
    {
        Span<byte> start = stackalloc byte[16];
        start = start[..file.ReadUpTo(0, start)];
        if (start.StartsWith(LegacyMagic))
            throw file.Refuse(
                FaultCode.TorchLegacy, 0, "a checkpoint of PyTorch before 1.6", "zip checkpoints", "load it once with torch.load(..., weights_only=True) and save it as safetensors");
        if (!start.StartsWith("PK"u8)) throw file.Refuse(FaultCode.UnknownFormat, 0, ForeignFormats.Describe(file), "a zip checkpoint of torch.save", "save it again with torch.save of PyTorch 1.6 or later, or as safetensors");
    }

    private static string FolderOf(WeightFile file, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        var folders = entries.Keys.Select(name => name.Split('/')[0]).Distinct(StringComparer.Ordinal).Take(2).ToList();
        if (folders is not [var folder] || entries.Keys.Any(name => !name.Contains('/', StringComparison.Ordinal)))
            throw file.Refuse(FaultCode.ZipInvalid, 0, "entries that are not all in one top folder", "an archive as torch.save writes it");
        if (entries.Keys.FirstOrDefault(name => name == $"{folder}/constants.pkl" || name.StartsWith($"{folder}/code/", StringComparison.Ordinal)) is { } code)
            throw file.Refuse(FaultCode.TorchScript, entries[code].HeaderAt, $"the entry '{code}' of a TorchScript program", "weights without code", "save model.state_dict() instead");
        return folder;
    }

    private static void CheckByteOrder(WeightFile file, IReadOnlyDictionary<string, ZipEntry> entries, string folder)
    {
        if (!entries.TryGetValue($"{folder}/byteorder", out var entry)) return;
        Span<byte> order = stackalloc byte[16];
        order = order[..(int)Math.Min(entry.Size, order.Length)];
        file.Read(entry.DataAt, order);
        if (!order.SequenceEqual("little"u8))
            throw file.Refuse(FaultCode.TorchByteOrder, entry.DataAt, $"the byte order '{Encoding.UTF8.GetString(order)}'", "little", "save it again on a little-endian machine");
    }

    private static PickleSource ReadPickle(WeightFile file, IReadOnlyDictionary<string, ZipEntry> entries, string folder)
    {
        if (!entries.TryGetValue($"{folder}/data.pkl", out var entry)) throw file.Refuse(FaultCode.ZipInvalid, 0, "an archive without data.pkl", "an archive as torch.save writes it");
        if (entry.Size > LongestPickle) throw file.Refuse(FaultCode.PickleTooLarge, entry.HeaderAt, $"a pickle of {entry.Size} bytes", $"at most {LongestPickle}");
        var bytes = new byte[entry.Size];
        file.Read(entry.DataAt, bytes);
        if (Crc32.Of(bytes) != entry.Crc)
            throw file.Refuse(FaultCode.ZipInvalid, entry.DataAt, "a pickle that does not match its checksum", "the checksum of the archive", "download the file again");
        return new PickleSource(file, bytes, entry.DataAt);
    }

    private static List<TensorInfo> Place(WeightFile file, TorchTensors tensors, IReadOnlyList<FoundTensor> found, List<Notice> notices)
    {
        var placed = new List<TensorInfo>(found.Count);
        var unread = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in found)
        {
            var name = string.Join('.', one.Path);
            if (!names.Add(name)) throw file.Refuse(FaultCode.TorchTensorInvalid, (one.Value as PickleTensor)?.At, $"two tensors named '{name}'", "each name once");
            if (one.Value is PickleTensor { Kind.Type: { } type } tensor) placed.Add(tensors.Place(name, type, tensor));
            else unread.Add($"{SafeText.Escape(name)} ({(one.Value as PickleTensor)?.Kind.Name ?? (one.Value as PickleUnreadable)?.Why})");
        }

        if (unread.Count > 0)
            notices.Add(new Notice("unread-tensor", $"{unread.Count} tensors cannot be read: {string.Join(", ", unread.Take(5))}", LimitsCoverage: true));
        return [.. placed.OrderBy(tensor => tensor.Offset)];
    }
}
