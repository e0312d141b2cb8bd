namespace Stemma.Checkpoints.PyTorch;

/// <summary>What the allowed calls mean. Nothing is called: a call becomes a plain value.</summary>
internal static class PickleCalls
{
    /// <summary>Deepest nesting of subclass wrappers around one tensor.</summary>
    private const int DeepestWrapping = 8;

    /// <summary>Most dimensions of a tensor, as in PyTorch.</summary>
    private const int MostDimensions = 64;

    /// <summary>Steps that one item costs when a dictionary is made from another: a short call can copy a long one.</summary>
    private const int CopyCost = 16;

    /// <summary>The value of a call.</summary>
    /// <exception cref="Foundation.StemmaException">The function cannot be called or its arguments do not fit.</exception>
    public static object? Invoke(PickleSource source, PickleGlobal function, object?[] arguments, long at)
    {
        for (var depth = 0; function.Call == PickleCall.RebuildFromType; depth++)
        {
            if (depth == DeepestWrapping || arguments is not [PickleGlobal inner, _, PickleTuple innerArguments, ..]) throw Unfit(source, function, at);
            (function, arguments) = (inner, innerArguments.Items);
        }

        return function.Call switch
        {
            PickleCall.OrderedDict => Dictionary(source, function, arguments, ordered: true, at),
            PickleCall.Counter => Dictionary(source, function, arguments, ordered: false, at),
            PickleCall.Size => arguments is [PickleTuple sizes] ? sizes : throw Unfit(source, function, at),
            PickleCall.Parameter or PickleCall.RebuildParameter => arguments is [PickleTensor or PickleUnreadable, ..] ? arguments[0] : throw Unfit(source, function, at),
            PickleCall.Rebuild or PickleCall.RebuildV2 => Tensor(source, function, arguments, dtypeAt: -1, at),
            PickleCall.RebuildV3 => Tensor(source, function, arguments, dtypeAt: 6, at),
            PickleCall.Meaningless or PickleCall.Encode => new PickleOpaque(function.Name),
            PickleCall.Unreadable => new PickleUnreadable(function.Name),
            _ => throw source.Unsafe(at, $"a call of '{function.Name}', which is no function"),
        };
    }

    /// <summary>The storage that a persistent id names.</summary>
    public static PickleStorage Storage(PickleSource source, object? id, long at)
    {
        if (id is PickleTuple { Items: ["storage", PickleGlobal { Storage: { } kind }, string { Length: > 0 and < 32 } key, string, long count] }
            && count >= 0 && key.All(char.IsAsciiDigit)) return new PickleStorage(kind, key, count, at);
        throw source.Invalid(at, "a persistent id that is no storage");
    }

    private static PickleTensor Tensor(PickleSource source, PickleGlobal function, object?[] arguments, int dtypeAt, long at)
    {
        if (arguments is not [PickleStorage storage, long offset, PickleTuple sizes, PickleTuple steps, ..]) throw Unfit(source, function, at);
        var kind = storage.Kind;
        if (dtypeAt >= 0) kind = arguments.Length > dtypeAt && arguments[dtypeAt] is PickleGlobal { Storage: { } given } ? given : throw Unfit(source, function, at);
        return new PickleTensor(storage, kind, offset, Numbers(sizes), Numbers(steps), at);

        long[] Numbers(PickleTuple tuple) => tuple.Items.Length <= MostDimensions &&
            Array.TrueForAll(tuple.Items, item => item is long) ? Array.ConvertAll(tuple.Items, item => (long)item!) : throw Unfit(source, function, at);
    }

    private static PickleDict Dictionary(PickleSource source, PickleGlobal function, object?[] arguments, bool ordered, long at)
    {
        var result = new PickleDict(ordered);
        IEnumerable<KeyValuePair<object?, object?>> items = arguments switch
        {
            [] => [],
            [PickleDict given] => given.Items,
            [PickleList { Items: var pairs }] => pairs.Select(pair => pair switch
            {
                PickleTuple { Items: [var key, var value] } => new KeyValuePair<object?, object?>(key, value),
                PickleList { Items: [var key, var value] } => new KeyValuePair<object?, object?>(key, value),
                _ => throw Unfit(source, function, at),
            }),
            _ => throw Unfit(source, function, at),
        };
        foreach (var (key, value) in items)
        {
            source.Spend(CopyCost, at);
            result.Set(key, value);
        }

        return result;
    }

    private static Foundation.StemmaException Unfit(PickleSource source, PickleGlobal function, long at) =>
        source.Invalid(at, $"a call of '{function.Name}' with arguments that it does not take");
}
