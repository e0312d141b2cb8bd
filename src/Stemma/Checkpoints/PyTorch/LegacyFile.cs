using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>
/// Files of <c>torch.save</c> from 0.1.10 to 1.5: five pickles (a magic number, the version 1001, facts about the machine, the objects, the keys of the storages),
/// then each storage as a count of eight bytes and its numbers (torch/serialization.py, <c>_legacy_save</c>).
/// </summary>
internal static class LegacyFile
{
    private const long Version = 1001;

    /// <summary>The first pickle: 0x1950A86A20F9469CFC6C.</summary>
    public static ReadOnlySpan<byte> Magic => [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E];

    /// <summary>Checks the whole structure and lists the tensors.</summary>
    /// <exception cref="StemmaException">When anything is not as it must be.</exception>
    public static FileContents Read(WeightFile file, int index)
    {
        var storages = new Dictionary<string, PickleStorage>(StringComparer.Ordinal);
        var sequence = new PickleSequence(file, Magic.Length, file.Length, (source, id, at) => Storage(source, id, at, storages));
        if (sequence.Next().Value is not Version) throw file.Refuse(FaultCode.TorchLegacy, Magic.Length, "another version than 1001", "files as PyTorch 0.1.10 to 1.5 write them", "save it again with PyTorch 1.6 or later");
        CheckMachine(file, sequence);
        var (root, source) = sequence.Next();
        var places = Places(file, sequence, storages);
        return PyTorchFormat.Contents(file, source, root, new(file, key => places.TryGetValue(key, out var place) ? place : null, index));
    }

    private static void CheckMachine(WeightFile file, PickleSequence sequence)
    {
        var at = sequence.Offset;
        if (sequence.Next().Value is not PickleDict facts) throw sequence.Invalid("no dictionary of facts about the machine", "one, as torch.save writes it");
        if (facts.Items.FirstOrDefault(item => item.Key is "little_endian").Value is not true)
            throw file.Refuse(FaultCode.TorchByteOrder, at, "a byte order other than little", "little", "save it again on a little-endian machine");
    }

    /// <summary>The storages lie in the order of the last pickle. Every one that it names must have been asked for: else its size would not be known.</summary>
    private static Dictionary<string, StoragePlace> Places(WeightFile file, PickleSequence sequence, Dictionary<string, PickleStorage> storages)
    {
        var places = new Dictionary<string, StoragePlace>(StringComparer.Ordinal);
        if (sequence.Next().Value is not PickleList keys) throw sequence.Invalid("no list of storages", "one, as torch.save writes it");
        foreach (var item in keys.Items)
        {
            if (item is not string key || !storages.TryGetValue(key, out var storage)) throw sequence.Invalid($"the storage '{item}', which no tensor uses", "storages of tensors");
            var count = sequence.Int64();
            if (count != storage.Count) throw file.Refuse(FaultCode.TorchStorageInvalid, sequence.Offset - sizeof(long), $"{count} numbers in the storage '{key}'", $"{storage.Count}, as its tensors say");
            if (!places.TryAdd(key, sequence.Storage(storage.Kind, count))) throw sequence.Invalid($"the storage '{key}' a second time", "each once");
        }

        if (!sequence.AtEnd) throw sequence.Invalid($"{file.Length - sequence.Offset} bytes behind the last storage", "nothing");
        return places;
    }

    /// <summary>('storage', class, key, place, count, None or (key of the view, first, count)).</summary>
    private static PickleStorage Storage(PickleSource source, object? id, long at, Dictionary<string, PickleStorage> storages)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal { Storage: { } kind }, string { Length: > 0 and < 64 } key, string, long count, var part] } || count < 0)
            throw source.Invalid(at, "a persistent id that is no storage");
        var storage = new PickleStorage(kind, key, count, at);
        var first = storages.TryAdd(key, storage) ? storage : storages[key];
        if (first.Kind != kind || first.Count != count) throw source.Invalid(at, $"the storage '{key}' with two kinds or sizes");
        return part switch
        {
            null => storage,
            PickleTuple { Items: [string, long from, long length] } => storage with { View = (from, length) },
            _ => throw source.Invalid(at, "a part of a storage that is no part"),
        };
    }
}
