using System.Numerics;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>What a persistent id of a pickle stands for.</summary>
internal delegate object PersistentId(PickleSource source, object? id, long at);

/// <summary>
/// Reads a pickle without executing anything: an allow-list of opcodes and names, plain values, no recursion. A scanner's blocklist can be
/// walked around (there are dozens of published ways); here everything that is not needed for weights is refused where it stands.
/// </summary>
/// <param name="source">The bytes.</param>
/// <param name="resolve">What a persistent id stands for; null for the storages of a zip.</param>
internal sealed class PickleMachine(PickleSource source, PersistentId? resolve = null)
{
    private readonly PersistentId _resolve = resolve ?? PickleCalls.Storage;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>The object that the pickle describes; nothing may stand behind it.</summary>
    /// <exception cref="Foundation.StemmaException">PickleUnsafe, PickleInvalid or PickleTooLarge, at the offset of the opcode.</exception>
    public object? Run()
    {
        var result = RunFirst();
        if (!source.AtEnd) throw source.Invalid(source.Offset, "more behind the end of the pickle");
        return result;
    }

    /// <summary>The object that the pickle describes; the source then stands behind it.</summary>
    /// <exception cref="Foundation.StemmaException">As <see cref="Run"/>.</exception>
    public object? RunFirst()
    {
        while (true)
        {
            var at = source.Offset;
            if (source.AtEnd) throw source.Short(at, "a pickle without an end");
            var opcode = (PickleOpcode)source.Byte();
            source.Spend(1, at);
            if (opcode != PickleOpcode.Stop)
            {
                Step(opcode, at);
                continue;
            }

            return Pop(at);
        }
    }

    private void Step(PickleOpcode opcode, long at)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: Protocol(at); break;
            case PickleOpcode.Mark: _marks.Add(_stack.Count); break;
            case PickleOpcode.None: _stack.Add(null); break;
            case PickleOpcode.NewTrue: _stack.Add(true); break;
            case PickleOpcode.NewFalse: _stack.Add(false); break;
            case PickleOpcode.BinInt: _stack.Add((long)source.Int32()); break;
            case PickleOpcode.BinInt1: _stack.Add((long)source.Byte()); break;
            case PickleOpcode.BinInt2: _stack.Add((long)source.UInt16()); break;
            case PickleOpcode.Long1: _stack.Add(Whole(source.Take(source.Byte()))); break;
            case PickleOpcode.BinFloat: _stack.Add(source.Double()); break;
            case PickleOpcode.BinUnicode: _stack.Add(source.Text(source.UInt32())); break;
            case PickleOpcode.ShortBinString: _stack.Add(source.Text(source.Byte())); break;
            case PickleOpcode.EmptyTuple: _stack.Add(new PickleTuple([])); break;
            case PickleOpcode.Tuple1: _stack.Add(new PickleTuple(PopMany(1, at))); break;
            case PickleOpcode.Tuple2: _stack.Add(new PickleTuple(PopMany(2, at))); break;
            case PickleOpcode.Tuple3: _stack.Add(new PickleTuple(PopMany(3, at))); break;
            case PickleOpcode.Tuple: _stack.Add(new PickleTuple(PopToMark(at))); break;
            case PickleOpcode.EmptyList: _stack.Add(new PickleList([])); break;
            case PickleOpcode.EmptyDict: _stack.Add(new PickleDict(Ordered: false)); break;
            case PickleOpcode.EmptySet: _stack.Add(new PickleOpaque("set")); break;
            case PickleOpcode.Append: Append(PopMany(1, at), at); break;
            case PickleOpcode.Appends: Append(PopToMark(at), at); break;
            case PickleOpcode.SetItem: SetItems(PopMany(2, at), at); break;
            case PickleOpcode.SetItems: SetItems(PopToMark(at), at); break;
            case PickleOpcode.BinPut: _memo[source.Byte()] = Peek(at); break;
            case PickleOpcode.LongBinPut: _memo[source.UInt32()] = Peek(at); break;
            case PickleOpcode.BinGet: Get(source.Byte(), at); break;
            case PickleOpcode.LongBinGet: Get(source.UInt32(), at); break;
            case PickleOpcode.Global: PushGlobal(source.Line(), source.Line(), at); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(at); break;
            case PickleOpcode.Build: Build(at); break;
            case PickleOpcode.BinPersId: _stack.Add(_resolve(source, Pop(at), at)); break;
            default: throw Refuse((byte)opcode, at);
        }
    }

    private void Protocol(long at)
    {
        var version = source.Byte();
        if (version is < 2 or > 5) throw source.Invalid(at, $"pickle protocol {version}");
    }

    private static object Whole(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        return value >= long.MinValue && value <= long.MaxValue ? (long)value : new PickleOpaque("a big integer");
    }

    private void PushGlobal(string module, string name, long at)
    {
        if (PickleGlobals.Find(module, name) is not { } allowed) throw RefuseGlobal(module, name, at);
        _stack.Add(allowed);
    }

    private void Call(long at)
    {
        var arguments = Pop(at) as PickleTuple ?? throw source.Invalid(at, "a call whose arguments are no tuple");
        if (Pop(at) is not PickleGlobal function) throw source.Unsafe(at, "a call of something that is no allowed function");
        _stack.Add(PickleCalls.Invoke(source, function, arguments.Items, at));
    }

    /// <summary>Attributes may only be hung on an OrderedDict (its <c>_metadata</c>); they hold no weights and are dropped.</summary>
    private void Build(long at)
    {
        var state = Pop(at);
        if (Peek(at) is not PickleDict { Ordered: true } || state is not PickleDict) throw source.Unsafe(at, "attributes set on something that is no OrderedDict");
    }

    private void Append(object?[] items, long at)
    {
        if (Peek(at) is not PickleList list) throw source.Invalid(at, "items appended to something that is no list");
        list.Items.AddRange(items);
    }

    private void SetItems(object?[] items, long at)
    {
        if (Peek(at) is PickleOpaque) return;
        if (Peek(at) is not PickleDict dictionary || items.Length % 2 != 0) throw source.Invalid(at, "items set on something that is no dictionary");
        for (var i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
    }

    private void Get(uint place, long at)
    {
        if (!_memo.TryGetValue(place, out var value)) throw source.Invalid(at, $"the memo {place}, which was never set");
        _stack.Add(value);
    }

    private object? Peek(long at) => _stack.Count > Floor ? _stack[^1] : throw source.Invalid(at, "an empty stack");

    private object? Pop(long at)
    {
        var top = Peek(at);
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object?[] PopMany(int count, long at)
    {
        if (_stack.Count - count < Floor) throw source.Invalid(at, "too few values on the stack");
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark(long at)
    {
        if (_marks.Count == 0) throw source.Invalid(at, "no mark on the stack");
        var items = PopMany(_stack.Count - _marks[^1], at);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    /// <summary>Values below the last mark belong to an outer list and cannot be reached before it is closed.</summary>
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private Foundation.StemmaException Refuse(byte opcode, long at)
    {
        if (opcode is (byte)'i') return RefuseGlobal(source.Line(), source.Line(), at);
        if (opcode is 0x93 && _stack is [.., string module, string name]) return RefuseGlobal(module, name, at);
        var text = opcode is > 0x20 and < 0x7F ? $" ('{(char)opcode}')" : "";
        return source.Unsafe(at, $"the pickle opcode {opcode:X2}{text}, which weights do not need");
    }

    private Foundation.StemmaException RefuseGlobal(string module, string name, long at) => DangerousGlobals.Contains(module, name)
        ? source.Unsafe(at, $"the name '{module}.{name}', which is known to run code when the file is loaded")
        : source.Unsafe(at, $"the name '{module}.{name}', which weights do not need", "save model.state_dict() and not the model, or as safetensors");
}
