using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Stemma.Checkpoints;

/// <summary>Finds the first byte of a stretch of a file that is not UTF-8, in pieces of bounded size.</summary>
internal static class Utf8Check
{
    /// <summary>The file offset of the first bad byte; null when all is well.</summary>
    public static long? FirstBadByte(WeightFile file, long start, long length)
    {
        var piece = new byte[(int)Math.Min(length, 64 * 1024)];
        var end = start + length;
        while (start < end)
        {
            var got = piece.AsSpan(0, (int)Math.Min(piece.Length, end - start));
            file.Read(start, got);
            var good = GoodPrefix(got);
            var cutCharacter = got.Length - good < 4 && start + got.Length < end && good > 0;
            if (good < got.Length && !cutCharacter) return start + good;
            start += good;
        }

        return null;
    }

    private static int GoodPrefix(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return bytes.Length;
        var good = 0;
        while (Rune.DecodeFromUtf8(bytes[good..], out _, out var taken) == OperationStatus.Done) good += taken;
        return good;
    }
}
