using System.Runtime.InteropServices;
using Stemma.Checkpoints.Decoding;
using Stemma.Checkpoints.Decoding.Blocks;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Tensors;

/// <summary>Turns stored numbers into floats. Every type is exact but F64, which is rounded to the nearest float (ties to even).</summary>
public static class TensorDecoder
{
    /// <summary>Floats that some bytes of a type become: one for each number, two for a complex one.</summary>
    public static long CountOf(TensorType type, long bytes) => checked(bytes / type.BlockOf().Bytes * type.BlockOf().Numbers * (type == TensorType.C64 ? 2 : 1));

    /// <summary>Decodes.</summary>
    /// <param name="type">A type for which <see cref="TensorTypes.IsFloat"/> holds.</param>
    /// <param name="source">Stored bytes, little-endian. F4: the low half of a byte comes first. F6: a dense stream, lowest bits first, four numbers in three bytes.</param>
    /// <param name="destination">Exactly <see cref="CountOf"/> floats. C64: real part, imaginary part, alternating.</param>
    /// <exception cref="ArgumentException">The type holds no floating-point numbers, or the lengths do not fit.</exception>
    public static void Decode(TensorType type, ReadOnlySpan<byte> source, Span<float> destination) =>
        Decode(type, source, destination, SimdWidths.Widest);

    internal static void Decode(TensorType type, ReadOnlySpan<byte> source, Span<float> destination, SimdWidth width)
    {
        if (!type.IsFloat()) throw new ArgumentException($"{type} holds no floating-point numbers", nameof(type));
        if (source.Length % type.BlockOf().Bytes != 0 || destination.Length != CountOf(type, source.Length))
            throw new ArgumentException($"{source.Length} bytes of {type} are not {destination.Length} floats", nameof(destination));
        switch (type)
        {
            case TensorType.F32 or TensorType.C64: source.CopyTo(MemoryMarshal.AsBytes(destination)); break;
            case TensorType.BF16: WideningKernel.Widen<BFloat16Kernel>(MemoryMarshal.Cast<byte, ushort>(source), destination, width); break;
            case TensorType.F16: WideningKernel.Widen<HalfKernel>(MemoryMarshal.Cast<byte, ushort>(source), destination, width); break;
            case TensorType.F64: Narrow(MemoryMarshal.Cast<byte, double>(source), destination); break;
            case TensorType.F4: DecodeF4(source, destination); break;
            case TensorType.F6E2M3: DecodeF6(MiniFloats.E2M3, source, destination); break;
            case TensorType.F6E3M2: DecodeF6(MiniFloats.E3M2, source, destination); break;
            case >= TensorType.Q40 and <= TensorType.NVFP4: BlockDecoder.Decode(type, source, destination, width); break;
            default: DecodeF8(type, source, destination, width); break;
        }
    }

    private static void Narrow(ReadOnlySpan<double> source, Span<float> destination)
    {
        for (var i = 0; i < source.Length; i++) destination[i] = (float)source[i];
    }

    private static void DecodeF8(TensorType type, ReadOnlySpan<byte> source, Span<float> destination, SimdWidth width)
    {
        var done = (type, width) switch
        {
            (_, SimdWidth.Scalar) => 0,
            (TensorType.F8E4M3, _) => F8Kernel.E4M3(source, destination),
            (TensorType.F8E5M2, _) => F8Kernel.E5M2(source, destination),
            _ => 0,
        };
        var table = MiniFloats.TableOf(type);
        for (; done < source.Length; done++) destination[done] = table[source[done]];
    }

    private static void DecodeF4(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var table = MiniFloats.E2M1;
        for (var i = 0; i < source.Length; i++)
        {
            destination[2 * i] = table[source[i] & 15];
            destination[2 * i + 1] = table[source[i] >> 4];
        }
    }

    private static void DecodeF6(float[] table, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i += 4)
        {
            var three = source.Slice(i / 4 * 3, 3);
            var bits = three[0] | (three[1] << 8) | (three[2] << 16);
            for (var k = 0; k < 4; k++) destination[i + k] = table[(bits >> (6 * k)) & 63];
        }
    }
}
