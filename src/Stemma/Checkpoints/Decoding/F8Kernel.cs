using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Checkpoints.Decoding;

/// <summary>
/// The two common 8-bit floats (OCP 8-bit floating point specification), sixteen at a time, by way of F16. E5M2 is the upper byte of an F16. E4M3 has one bit of exponent less and
/// another bias: seven of its bits, shifted into an F16, are that number divided by 256, and its only special code is all ones. The plain form is a table of 256 numbers.
/// </summary>
internal static class F8Kernel
{
    private const int Numbers = 16;

    /// <summary>Decodes whole groups of sixteen.</summary>
    /// <returns>How many numbers that were; the caller looks up the rest.</returns>
    public static int E5M2(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var i = 0;
        for (; i <= source.Length - Numbers; i += Numbers) HalfKernel.Widen(Load(ref from, i) << 8).AsSingle().StoreUnsafe(ref to, (nuint)i);
        return i;
    }

    /// <inheritdoc cref="E5M2"/>
    public static int E4M3(ReadOnlySpan<byte> source, Span<float> destination)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var allOnes = Vector512.Create(0x7Fu);
        var i = 0;
        for (; i <= source.Length - Numbers; i += Numbers)
        {
            var code = Load(ref from, i);
            var magnitude = code & allOnes;
            var sign = code ^ magnitude;
            var value = HalfKernel.Widen((sign << 8) | (magnitude << 7)).AsSingle() * Vector512.Create(256f);
            var noNumber = ((sign << 24) | Vector512.Create(0x7FC0_0000u)).AsSingle();
            Vector512.ConditionalSelect(Vector512.Equals(magnitude, allOnes).AsSingle(), noNumber, value).StoreUnsafe(ref to, (nuint)i);
        }

        return i;
    }

    private static Vector512<uint> Load(ref byte from, int at) =>
        Vector512.WidenLower(Vector512.WidenLower(Vector128.LoadUnsafe(ref from, (nuint)at).ToVector256Unsafe().ToVector512Unsafe()));
}
