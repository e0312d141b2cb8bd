using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>
/// Files of <c>torch.save</c> up to 0.1.9, tar archives: <c>storages</c> (a count, then each as a pickle of key, place and class, a count of numbers and the numbers; then a list of parts),
/// <c>tensors</c> (a count, then each as a pickle of key, storage and class, sizes, strides, an offset), and <c>pickle</c>, the objects (torch/serialization.py, <c>legacy_load</c>).
/// </summary>
internal sealed class TarFile
{
    /// <summary>Most dimensions of a tensor, as in PyTorch.</summary>
    private const int MostDimensions = 64;

    private readonly WeightFile _file;
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoragePlace> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PickleTensor> _tensors = new(StringComparer.Ordinal);

    private TarFile(WeightFile file) => _file = file;

    /// <summary>Checks the whole structure and lists the tensors.</summary>
    /// <exception cref="StemmaException">When anything is not as it must be.</exception>
    public static FileContents Read(WeightFile file, int index)
    {
        var members = TarDirectory.Read(file);
        var reader = new TarFile(file);
        reader.ReadStorages(reader.Open(members, "storages"));
        reader.ReadTensors(reader.Open(members, "tensors"));
        var (root, source) = reader.Open(members, "pickle", reader.Resolve).Next();
        return PyTorchFormat.Contents(file, source, root, new(file, key => reader._places.TryGetValue(key, out var place) ? place : null, index));
    }

    private PickleSequence Open(Dictionary<string, (long Start, long End)> members, string name, PersistentId? resolve = null) =>
        members.TryGetValue(name, out var place) ? new(_file, place.Start, place.End, resolve) : throw TarDirectory.Refuse(_file, 0, $"no member '{name}'", "storages, tensors and pickle, as torch.save writes them");

    private void ReadStorages(PickleSequence sequence)
    {
        var count = Count(sequence);
        for (var i = 0L; i < count; i++)
        {
            if (sequence.Next().Value is not PickleTuple { Items: [var key, string, PickleGlobal { Storage: { } kind }] } || Key(key) is not { } name) throw sequence.Invalid("a storage without key, place and class", "all three");
            var numbers = sequence.Int64();
            var place = sequence.Storage(kind, numbers);
            if (!_storages.TryAdd(name, new(kind, name, numbers, place.At))) throw sequence.Invalid($"the storage {name} a second time", "each once");
            _places.Add(name, place);
        }

        if (sequence.Next().Value is not PickleList parts) throw sequence.Invalid("no list of parts", "one, empty or not");
        foreach (var part in parts.Items)
        {
            if (part is not PickleTuple { Items: [var target, var root, long first, long length] } || Key(target) is not { } name || Key(root) is not { } whole || !_storages.TryGetValue(whole, out var storage))
                throw sequence.Invalid("a part without its storage", "key, storage, first and count");
            if (!_storages.TryAdd(name, storage with { View = (first, length) })) throw sequence.Invalid($"the storage {name} a second time", "each once");
        }
    }

    private void ReadTensors(PickleSequence sequence)
    {
        var count = Count(sequence);
        for (var i = 0L; i < count; i++)
        {
            var at = sequence.Offset;
            if (sequence.Next().Value is not PickleTuple { Items: [var key, var storage, PickleGlobal] } || Key(key) is not { } name || Key(storage) is not { } lies || !_storages.TryGetValue(lies, out var numbers))
                throw sequence.Invalid("a tensor without key, storage and class", "all three");
            var dimensions = sequence.Int32();
            _ = sequence.Int32();
            if (dimensions is < 0 or > MostDimensions) throw sequence.Invalid($"{dimensions} dimensions", $"0 to {MostDimensions}");
            var (sizes, strides) = (new long[dimensions], new long[dimensions]);
            foreach (ref var size in sizes.AsSpan()) size = sequence.Int64();
            foreach (ref var stride in strides.AsSpan()) stride = sequence.Int64();
            if (!_tensors.TryAdd(name, new(numbers, numbers.Kind, sequence.Int64(), sizes, strides, at))) throw sequence.Invalid($"the tensor {name} a second time", "each once");
        }
    }

    private static long Count(PickleSequence sequence) => sequence.Next().Value is long count and >= 0 ? count : throw sequence.Invalid("no count", "a whole number from 0");

    private object Resolve(PickleSource source, object? id, long at)
    {
        if (Key(id) is not { } key) throw source.Invalid(at, "a persistent id that is no key");
        if (_tensors.TryGetValue(key, out var tensor)) return tensor;
        return _storages.TryGetValue(key, out var storage) ? storage : throw source.Invalid(at, $"the object {key}, which the archive does not hold");
    }

    /// <summary>Keys are addresses, as numbers or as their digits.</summary>
    private static string? Key(object? key) => key switch
    {
        long number => $"{number}",
        string { Length: > 0 and < 32 } text when text.All(char.IsAsciiDigit) => text,
        _ => null,
    };
}
