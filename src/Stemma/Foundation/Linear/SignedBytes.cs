using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Foundation.Linear;

/// <summary>Signed bytes as numbers, sixteen at a time: registers of 128 bits are what code compiled in advance may use everywhere.</summary>
internal static class SignedBytes
{
    /// <summary>Exact sum of squares of at most 2^17 bytes.</summary>
    public static int SquareOf(ReadOnlySpan<sbyte> bytes)
    {
        var sums = Vector128<uint>.Zero;
        var i = 0;
        for (ref var first = ref MemoryMarshal.GetReference(bytes); i <= bytes.Length - 16; i += 16)
        {
            var sixteen = Vector128.LoadUnsafe(ref first, (nuint)i);
            var (low, high) = (Vector128.WidenLower(sixteen), Vector128.WidenUpper(sixteen));
            // Twice 128 squared is 32,768: it fits without a sign.
            var squares = ((low * low) + (high * high)).AsUInt16();
            sums += Vector128.WidenLower(squares) + Vector128.WidenUpper(squares);
        }

        var sum = (int)Vector128.Sum(sums);
        for (; i < bytes.Length; i++) sum += bytes[i] * bytes[i];
        return sum;
    }

    /// <summary>Each byte times a scale.</summary>
    /// <param name="bytes">What is scaled.</param>
    /// <param name="scale">By what.</param>
    /// <param name="target">As many numbers.</param>
    public static void Scale(ReadOnlySpan<sbyte> bytes, float scale, Span<float> target)
    {
        var i = 0;
        ref var to = ref MemoryMarshal.GetReference(target);
        for (ref var first = ref MemoryMarshal.GetReference(bytes); i <= Math.Min(bytes.Length, target.Length) - 16; i += 16)
        {
            var sixteen = Vector128.LoadUnsafe(ref first, (nuint)i);
            var (low, high) = (Vector128.WidenLower(sixteen), Vector128.WidenUpper(sixteen));
            (Vector128.ConvertToSingle(Vector128.WidenLower(low)) * scale).StoreUnsafe(ref to, (nuint)i);
            (Vector128.ConvertToSingle(Vector128.WidenUpper(low)) * scale).StoreUnsafe(ref to, (nuint)i + 4);
            (Vector128.ConvertToSingle(Vector128.WidenLower(high)) * scale).StoreUnsafe(ref to, (nuint)i + 8);
            (Vector128.ConvertToSingle(Vector128.WidenUpper(high)) * scale).StoreUnsafe(ref to, (nuint)i + 12);
        }

        for (; i < bytes.Length; i++) target[i] = bytes[i] * scale;
    }
}
