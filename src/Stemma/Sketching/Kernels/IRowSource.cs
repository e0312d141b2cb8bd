using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stemma.Sketching.Kernels;

/// <summary>Stored numbers that a kernel can load as floats, sixteen at a time or one by one.</summary>
internal interface IRowSource
{
    static abstract int Bytes { get; }

    static abstract Vector512<float> Load16(ref byte row, nint element);

    static abstract float Load(ref byte row, nint element);
}

/// <summary>bfloat16: the upper half of a float32.</summary>
internal readonly struct BFloat16Source : IRowSource
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(ref byte row, nint element)
    {
        var raw = Vector256.LoadUnsafe(ref Unsafe.As<byte, ushort>(ref Unsafe.AddByteOffset(ref row, element * 2)));
        return (Vector512.WidenLower(raw.ToVector512Unsafe()) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref byte row, nint element) =>
        BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(ref Unsafe.AddByteOffset(ref row, element * 2)) << 16);
}

/// <summary>float32, either stored so or decoded into a buffer.</summary>
internal readonly struct Float32Source : IRowSource
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(ref byte row, nint element) =>
        Vector512.LoadUnsafe(ref Unsafe.As<byte, float>(ref Unsafe.AddByteOffset(ref row, element * 4)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ref byte row, nint element) => Unsafe.ReadUnaligned<float>(ref Unsafe.AddByteOffset(ref row, element * 4));

    /// <summary>A buffer of floats seen as stored bytes.</summary>
    public static ReadOnlySpan<byte> BytesOf(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values);
}
