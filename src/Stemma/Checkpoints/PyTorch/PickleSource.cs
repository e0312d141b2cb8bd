using System.Buffers.Binary;
using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>The bytes of a pickle and a place in them; every read is checked against the end.</summary>
internal sealed class PickleSource(WeightFile file, byte[] bytes, long start)
{
    private const byte LineEnd = (byte)'\n';

    /// <summary>Longest module or class name.</summary>
    private const int LongestLine = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Most steps of one pickle, copied items counted; a checkpoint needs about thirty for each tensor.</summary>
    private const int MostSteps = 8_000_000;

    private readonly int _allowed = (int)Math.Min(MostSteps, 4096 + 8L * bytes.Length);

    private int _position;
    private int _steps;

    /// <summary>Bytes in all.</summary>
    public int Length => bytes.Length;

    /// <summary>Where in the file the next byte is.</summary>
    public long Offset => start + _position;

    /// <summary>True when nothing is left.</summary>
    public bool AtEnd => _position == bytes.Length;

    /// <summary>Counts work, so that a short pickle cannot cause much of it.</summary>
    public void Spend(int steps, long at)
    {
        _steps += Math.Min(steps, MostSteps);
        if (_steps > _allowed) throw file.Refuse(FaultCode.PickleTooLarge, at, $"more than {_allowed} steps", $"at most {_allowed} for a pickle of {Length} bytes");
    }

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public ReadOnlySpan<byte> Take(long count)
    {
        if (count > bytes.Length - _position) throw Short(Offset, $"an argument of {count} bytes where {bytes.Length - _position} are left");
        var taken = bytes.AsSpan(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    public string Text(long count)
    {
        var at = Offset;
        try
        {
            return StrictUtf8.GetString(Take(count));
        }
        catch (DecoderFallbackException)
        {
            throw Invalid(at, "text that is not UTF-8");
        }
    }

    /// <summary>A line without its end, as GLOBAL and INST have them.</summary>
    public string Line()
    {
        var length = bytes.AsSpan(_position, Math.Min(bytes.Length - _position, LongestLine)).IndexOf(LineEnd);
        if (length < 0) throw Short(Offset, "a name without an end");
        var line = Text(length);
        _position++;
        return line;
    }

    /// <summary>True when the pickle wanted more than these bytes hold: where they are the first of more, the rest may mend it.</summary>
    public bool RanOut { get; private set; }

    /// <summary>A refusal because the bytes end too early.</summary>
    public StemmaException Short(long at, string found)
    {
        RanOut = true;
        return Invalid(at, found);
    }

    public StemmaException Invalid(long at, string found) =>
        file.Refuse(FaultCode.PickleInvalid, at, found, "a pickle as torch.save writes it", "save the checkpoint again, or as safetensors");

    public StemmaException Unsafe(long at, string found, string remedy = "do not load this file in Python; ask for safetensors") =>
        file.Refuse(FaultCode.PickleUnsafe, at, found, "tensors, numbers, text, lists and dictionaries", remedy);
}
