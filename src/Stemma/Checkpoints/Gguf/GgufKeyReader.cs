using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>Reads the keys and their values. Short ones are kept, the rest is walked over and described.</summary>
internal sealed class GgufKeyReader(WeightFile file, GgufCursor cursor)
{
    private const int MostKeys = 65_536, LongestKey = 65_535, LongestText = 65_536, MostShown = 16, MostNumbers = 1024;

    /// <summary>Most elements of an array, as in the reference reader.</summary>
    private const long MostElements = 1L << 30;

    /// <summary>Most bytes of texts that are kept in memory, over all keys.</summary>
    private const long MostKept = 16 << 20;

    private static readonly int[] Sizes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8];

    private long _kept;

    /// <summary>Reads as many keys as the file says.</summary>
    public GgufKeys Read(long count)
    {
        var values = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var at = cursor.At;
            var key = cursor.Text("a key", LongestKey);
            if (key.Length == 0) throw file.Refuse(FaultCode.GgufBadKey, at, "an empty key", "a name for each value");
            var value = ReadValue(key, Type(key));
            if (!values.TryAdd(key, value)) throw file.Refuse(FaultCode.GgufDuplicate, at, $"the key '{key}' a second time", "each key once");
            _kept += key.Length + value.Text.Length;
        }

        return new GgufKeys(values);
    }

    /// <summary>How many keys the file claims.</summary>
    public long ReadCount() => cursor.Count("keys", MostKeys, bytesEach: 14);

    private GgufValueType Type(string key)
    {
        var at = cursor.At;
        var number = cursor.I32();
        if (number is >= 0 and <= (int)GgufValueType.F64) return (GgufValueType)number;
        throw file.Refuse(FaultCode.GgufBadKey, at, $"the value type {number} of the key '{key}'", $"0 to {(int)GgufValueType.F64}");
    }

    private GgufValue ReadValue(string key, GgufValueType type)
    {
        if (type == GgufValueType.Array) return ReadArray(key);
        if (type != GgufValueType.Text) return Single(type);
        var at = cursor.At;
        var length = cursor.Count("bytes of a text", long.MaxValue, 1);
        if (length > LongestText || _kept + length > MostKept)
        {
            cursor.Skip(length);
            return new GgufValue(type, $"(a text of {length} bytes)") { Left = true };
        }

        cursor.Skip(at - cursor.At);
        return new GgufValue(type, cursor.Text($"the text of the key '{SafeText.Escape(key)}'", LongestText));
    }

    private GgufValue Single(GgufValueType type)
    {
        var at = cursor.At;
        switch (type)
        {
            case GgufValueType.F32: return new(type, GgufKeys.Show(BitConverter.UInt32BitsToSingle(cursor.U32())));
            case GgufValueType.F64: return new(type, GgufKeys.Show(BitConverter.UInt64BitsToDouble(cursor.U64())));
            case GgufValueType.U64 when cursor.U64() is var wide: return new(type, GgufKeys.Show(wide), wide <= long.MaxValue ? (long)wide : null);
            case GgufValueType.Bool when cursor.U8() is var flag:
                if (flag > 1) throw file.Refuse(FaultCode.GgufBadKey, at, $"the truth value {flag}", "0 or 1");
                return new(type, flag == 1 ? "true" : "false", flag);
            default:
                var number = type switch
                {
                    GgufValueType.U8 => cursor.U8(),
                    GgufValueType.I8 => (sbyte)cursor.U8(),
                    GgufValueType.U16 => cursor.U16(),
                    GgufValueType.I16 => (short)cursor.U16(),
                    GgufValueType.U32 => cursor.U32(),
                    GgufValueType.I32 => cursor.I32(),
                    _ => cursor.I64(),
                };
                return new(type, GgufKeys.Show(number), number);
        }
    }

    private GgufValue ReadArray(string key)
    {
        var at = cursor.At;
        var type = Type(key);
        if (type == GgufValueType.Array) throw file.Refuse(FaultCode.GgufNestedArray, at, $"a list of lists in the key '{key}'", "lists of single values, as the reference reader reads them");
        var count = cursor.Count($"{type} values in a list", MostElements, Sizes[(int)type]);
        var start = cursor.At;
        var words = $"(a list of {count} {(type == GgufValueType.Text ? "texts" : "values")})";
        if (type == GgufValueType.Text)
        {
            for (var i = 0L; i < count; i++) cursor.SkipText("a text in a list");
            return new GgufValue(type, words) { Count = count, At = start };
        }

        if (count > MostNumbers)
        {
            cursor.Skip(count * Sizes[(int)type]);
            return new GgufValue(type, words) { Count = count, At = start };
        }

        var values = new List<GgufValue>((int)count);
        for (var i = 0; i < count; i++) values.Add(Single(type));
        return new GgufValue(type, count <= MostShown ? string.Join(", ", values.Select(value => value.Text)) : words)
        {
            Count = count,
            At = start,
            Numbers = values.TrueForAll(value => value.Whole is not null) ? values.ConvertAll(value => value.Whole!.Value) : [],
        };
    }
}
