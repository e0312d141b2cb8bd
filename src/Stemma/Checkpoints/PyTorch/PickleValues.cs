namespace Stemma.Checkpoints.PyTorch;

// The closed set of what a pickle may build here: null, bool, long, double, string, byte[] and the types below. Nothing has behaviour.

/// <summary>A tuple, or a torch.Size.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list.</summary>
internal sealed record PickleList(List<object?> Items);

/// <summary>A dictionary in insertion order; a repeated key replaces, as in Python.</summary>
/// <param name="Ordered">True for an OrderedDict, the only one that may carry attributes.</param>
internal sealed record PickleDict(bool Ordered)
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<object?, object?>> _items = [];

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items;

    public void Set(object? key, object? value)
    {
        if (Comparable(key) is not { } text)
        {
            _items.Add(new(key, value));
        }
        else if (_places.TryGetValue(text, out var place))
        {
            _items[place] = new(_items[place].Key, value);
        }
        else
        {
            _places.Add(text, _items.Count);
            _items.Add(new(key, value));
        }
    }

    /// <summary>Keys that Python holds equal get one text. Text, because its hash is seeded and cannot be made to collide. Other keys name no tensors.</summary>
    private static string? Comparable(object? key) => key switch
    {
        string text => $"s{text}",
        bool truth => truth ? "n1" : "n0",
        long number => $"n{number}",
        double number => $"n{number:R}",
        _ => null,
    };
}

/// <summary>An allowed name, not called.</summary>
internal sealed record PickleGlobal(string Name, PickleCall Call, StorageKind? Storage = null);

/// <summary>A storage that lies in the archive.</summary>
/// <param name="Kind">Its numbers.</param>
/// <param name="Key">In a zip its file is <c>data/key</c>.</param>
/// <param name="Count">Numbers in it.</param>
/// <param name="At">Where the pickle names it.</param>
internal sealed record PickleStorage(StorageKind Kind, string Key, long Count, long At)
{
    /// <summary>Files before 1.6: only these of its numbers are meant.</summary>
    public (long First, long Count)? View { get; init; }
}

/// <summary>Where a storage's bytes lie in the file.</summary>
internal readonly record struct StoragePlace(long At, long Bytes);

/// <summary>A strided view of a storage, not yet checked.</summary>
internal sealed record PickleTensor(PickleStorage Storage, StorageKind Kind, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides, long At);

/// <summary>A tensor that cannot be read, and why: quantised, sparse, a subclass.</summary>
internal sealed record PickleUnreadable(string Why);

/// <summary>Something allowed that has no meaning for weights: a device, a set, a big integer.</summary>
internal sealed record PickleOpaque(string What);
