using System.Text;
using System.Text.Json;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>Which codes a piece of JSON is refused with.</summary>
internal readonly record struct JsonFaults(FaultCode NotText, FaultCode NotJson, FaultCode TooDeep, FaultCode Duplicate);

/// <summary>
/// Streams JSON out of a stretch of a file and refuses what lenient parsers disagree about: names twice in one object at any level,
/// deep nesting, halves of surrogate pairs, anything after the end. Memory is bounded by the longest single token, never by a claim.
/// </summary>
internal ref struct StrictJson
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int DeepestLevel = 16;

    private readonly WeightFile _file;
    private readonly JsonFaults _faults;
    private readonly long _start;
    private readonly long _end;
    private byte[] _buffer;
    private int _filled;
    private long _bufferAt;
    private Utf8JsonReader _reader;

    /// <param name="file">Where the text stands; it was checked to be UTF-8 and to reach that far.</param>
    /// <param name="start">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="faults">How to refuse.</param>
    public StrictJson(WeightFile file, long start, long length, JsonFaults faults)
    {
        _file = file;
        _faults = faults;
        _start = start;
        _end = start + length;
        _bufferAt = start;
        _buffer = new byte[(int)Math.Min(length, 64 * 1024)];
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = DeepestLevel + 2 });
        Fill(state);
    }

    /// <summary>The kind of the current token.</summary>
    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Where in the file the current token begins.</summary>
    public readonly long Offset => _bufferAt + _reader.TokenStartIndex;

    /// <summary>Goes to the next token; false at the proper end.</summary>
    public bool Read()
    {
        try
        {
            while (!_reader.Read())
            {
                if (_bufferAt + _filled >= _end) return false;
                Advance();
            }
        }
        catch (JsonException failure)
        {
            var at = failure is { LineNumber: 0, BytePositionInLine: { } inLine } ? _start + inLine : _bufferAt + _reader.BytesConsumed;
            throw new StemmaException(new Fault(_faults.NotJson, _file.Shown, at, "text that is no JSON", "one JSON object", ""), failure);
        }

        if (_reader.CurrentDepth > DeepestLevel)
            throw _file.Refuse(_faults.TooDeep, Offset, $"nesting deeper than {DeepestLevel} levels", $"at most {DeepestLevel} levels");
        return true;
    }

    /// <summary>Goes to the next token, of which there must be one.</summary>
    public void Next()
    {
        if (!Read()) throw _file.Refuse(_faults.NotJson, _end, "text that ends in the middle", "one JSON object");
    }

    /// <summary>Nothing but white space may follow.</summary>
    public void ExpectEnd()
    {
        if (Read()) throw _file.Refuse(_faults.NotJson, Offset, "more after the end of the object", "white space");
    }

    /// <summary>The current string or name, unescaped.</summary>
    public readonly string Text()
    {
        try
        {
            return _reader.GetString() ?? "";
        }
        catch (InvalidOperationException failure)
        {
            throw new StemmaException(new Fault(_faults.NotText, _file.Shown, Offset, "half of a surrogate pair", "text", ""), failure);
        }
    }

    /// <summary>The current property name, which must be new in its object.</summary>
    public readonly string NewName(HashSet<string> seen)
    {
        var name = Text();
        if (seen.Add(name)) return name;
        throw _file.Refuse(_faults.Duplicate, Offset, $"the name '{name}' a second time in one object", "each name once");
    }

    /// <summary>The current number when it is written as plain digits and fits 63 bits; null otherwise (signs, fractions, exponents, other tokens).</summary>
    public readonly long? Natural() =>
        Token == JsonTokenType.Number && !_reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9') && _reader.TryGetInt64(out var value) ? value : null;

    /// <summary>The current token as it is written, for faults.</summary>
    public readonly string Written() => Token switch
    {
        JsonTokenType.Number or JsonTokenType.String => Encoding.UTF8.GetString(_reader.ValueSpan[..Math.Min(_reader.ValueSpan.Length, 100)]),
        _ => Token.ToString(),
    };

    /// <summary>Passes over the current value whatever it is, still refusing duplicate names inside.</summary>
    public void Skip()
    {
        var names = new Stack<HashSet<string>>();
        var depth = 0;
        while (true)
        {
            if (Token == JsonTokenType.PropertyName) NewName(names.Peek());
            else if (Token == JsonTokenType.StartObject) names.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (Token == JsonTokenType.EndObject) names.Pop();
            if (Token is JsonTokenType.StartObject or JsonTokenType.StartArray) depth++;
            if (Token is JsonTokenType.EndObject or JsonTokenType.EndArray) depth--;
            if (depth == 0) return;
            Next();
        }
    }

    private void Advance()
    {
        var used = (int)_reader.BytesConsumed;
        var kept = _filled - used;
        var state = _reader.CurrentState;
        var target = kept > _buffer.Length / 2 ? new byte[(int)Math.Min(_buffer.Length * 2L, _end - _bufferAt - used)] : _buffer;
        _buffer.AsSpan(used, kept).CopyTo(target);
        _buffer = target;
        _bufferAt += used;
        _filled = kept;
        Fill(state);
    }

    private void Fill(JsonReaderState state)
    {
        var wanted = (int)Math.Min(_buffer.Length - _filled, _end - _bufferAt - _filled);
        _file.Read(_bufferAt + _filled, _buffer.AsSpan(_filled, wanted));
        _filled += wanted;
        _reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), isFinalBlock: _bufferAt + _filled >= _end, state);
    }
}
