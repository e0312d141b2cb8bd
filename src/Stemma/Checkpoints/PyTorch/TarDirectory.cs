using System.Text;
using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>The members of a tar archive of PyTorch 0.1, where they lie in the file. Nothing is unpacked.</summary>
internal static class TarDirectory
{
    private const int Block = 512;

    /// <summary>torch.save writes three or four.</summary>
    private const int MostMembers = 64;

    private static readonly string[] Expected = ["storages", "tensors", "pickle", "sys_info"];

    /// <summary>True when a tar archive begins here whose first member is one that torch.save writes.</summary>
    public static bool IsCheckpoint(ReadOnlySpan<byte> start) => start.Length >= Block && start.Slice(257, 5).SequenceEqual("ustar"u8) && Expected.Contains(NameOf(start));

    /// <summary>Checks every header.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.TarInvalid"/>.</exception>
    public static Dictionary<string, (long Start, long End)> Read(WeightFile file)
    {
        var members = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        Span<byte> header = stackalloc byte[Block];
        for (long at = 0, seen = 0; at + Block <= file.Length; seen++)
        {
            file.Read(at, header);
            if (!header.ContainsAnyExcept((byte)0)) return members;
            if (seen == MostMembers) throw Refuse(file, at, $"more than {MostMembers} members", "what torch.save writes");
            if (!header.Slice(257, 5).SequenceEqual("ustar"u8) || Octal(header.Slice(148, 8)) is not { } stated || stated != SumOf(header)) throw Refuse(file, at, "a header that does not match its checksum", "headers as tar writes them");
            if (Octal(header.Slice(124, 12)) is not { } size || size > file.Length - at - Block) throw Refuse(file, at, "a member without a size or larger than the file", "members inside the file");
            var (name, kind) = (NameOf(header), header[156]);
            if (kind is not (0 or (byte)'0' or (byte)'x' or (byte)'g' or (byte)'5')) throw Refuse(file, at, $"the member '{name}' of kind {kind}: a link or a device", "plain files");
            if (kind is 0 or (byte)'0' && !members.TryAdd(name, (at + Block, at + Block + size))) throw Refuse(file, at, $"the member '{name}' a second time", "each once");
            at += Block + ((size + Block - 1) / Block * Block);
        }

        return members;
    }

    /// <summary>A refusal of the archive.</summary>
    public static StemmaException Refuse(WeightFile file, long at, string found, string allowed) => file.Refuse(FaultCode.TarInvalid, at, found, allowed, "save it again with PyTorch 1.6 or later, or as safetensors");

    private static string NameOf(ReadOnlySpan<byte> header)
    {
        var name = header[..100];
        var end = name.IndexOf((byte)0);
        var text = Encoding.Latin1.GetString(end < 0 ? name : name[..end]);
        return text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
    }

    private static long? Octal(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        var any = false;
        foreach (var digit in digits)
        {
            if (digit is 0 or (byte)' ')
            {
                if (any) break;
                continue;
            }

            if (digit is < (byte)'0' or > (byte)'7') return null;
            (value, any) = ((value * 8) + digit - '0', true);
        }

        return any ? value : null;
    }

    /// <summary>The sum of all bytes with the sum's own place taken as blanks.</summary>
    private static long SumOf(ReadOnlySpan<byte> header)
    {
        var sum = 8L * ' ';
        for (var i = 0; i < header.Length; i++)
        {
            if (i is < 148 or >= 156) sum += header[i];
        }

        return sum;
    }
}
