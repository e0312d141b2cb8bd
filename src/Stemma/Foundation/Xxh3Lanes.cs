using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Stemma.Foundation.Xxh3Constants;

namespace Stemma.Foundation;

/// <summary>
/// The eight accumulators of XXH3 for inputs above 240 bytes. All arithmetic is on integers, so lanes may be taken in any order.
/// </summary>
internal static class Xxh3Lanes
{
    /// <summary>Accumulators.</summary>
    public const int Count = 8;

    private const int ScrambleSecret = 192 - StripeLength;

    /// <summary>The accumulators' first values.</summary>
    public static void Reset(Span<ulong> lanes)
    {
        ReadOnlySpan<ulong> first = [Prime32C, Prime64A, Prime64B, Prime64C, Prime64D, Prime32B, Prime64E, Prime32A];
        first.CopyTo(lanes);
    }

    /// <summary>Takes in whole blocks of 1024 bytes, scrambling after each.</summary>
    public static void Blocks(Span<ulong> lanes, ReadOnlySpan<byte> input, SimdWidth width)
    {
        if (width == SimdWidth.V512 && BitConverter.IsLittleEndian)
        {
            Blocks512(lanes, input);
            return;
        }

        for (; input.Length >= BlockLength; input = input[BlockLength..])
        {
            Stripes(lanes, input[..BlockLength], secret: 0, width);
            Scramble(lanes);
        }
    }

    /// <summary>Takes in whole stripes of 64 bytes; the secret moves on by eight bytes for each.</summary>
    public static void Stripes(Span<ulong> lanes, ReadOnlySpan<byte> input, int secret, SimdWidth width)
    {
        switch (width)
        {
            case SimdWidth.V512: Stripes512(lanes, input, secret); break;
            case SimdWidth.V256: Stripes256(lanes, input, secret); break;
            case SimdWidth.V128: Stripes128(lanes, input, secret); break;
            default: StripesScalar(lanes, input, secret); break;
        }
    }

    private static void Stripes512(Span<ulong> lanes, ReadOnlySpan<byte> input, int secret)
    {
        var sum = Vector512.Create<ulong>(lanes);
        ref var from = ref MemoryMarshal.GetReference(input);
        ref var keys = ref MemoryMarshal.GetReference(Secret[secret..]);
        if (input.Length / StripeLength * 8 + StripeLength - 8 > Secret.Length - secret) throw new ArgumentOutOfRangeException(nameof(input));
        for (nuint at = 0; at < (nuint)input.Length; at += StripeLength)
        {
            var data = Vector512.LoadUnsafe(ref from, at).AsUInt64();
            var key = data ^ Vector512.LoadUnsafe(ref keys, at / 8).AsUInt64();
            sum += Vector512.Shuffle(data, Vector512.Create(1UL, 0, 3, 2, 5, 4, 7, 6)) + Product(key);
        }

        sum.CopyTo(lanes);
    }

    /// <summary>Whole blocks with the lanes kept in one register; the same as taking in stripes and scrambling in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks512(Span<ulong> lanes, ReadOnlySpan<byte> input)
    {
        var sum = Vector512.Create<ulong>(lanes);
        ref var from = ref MemoryMarshal.GetReference(input);
        ref var keys = ref MemoryMarshal.GetReference(Secret);
        var last = Vector512.LoadUnsafe(ref keys, ScrambleSecret).AsUInt64();
        for (nuint block = 0; block < (nuint)(input.Length / BlockLength); block++)
        {
            for (nuint at = 0; at < BlockLength; at += StripeLength)
            {
                var data = Vector512.LoadUnsafe(ref from, (block * BlockLength) + at).AsUInt64();
                var key = data ^ Vector512.LoadUnsafe(ref keys, at / 8).AsUInt64();
                sum += Vector512.Shuffle(data, Vector512.Create(1UL, 0, 3, 2, 5, 4, 7, 6)) + Product(key);
            }

            sum = (sum ^ (sum >> 47) ^ last) * Vector512.Create((ulong)Prime32A);
        }

        sum.CopyTo(lanes);
    }

    private static void Stripes256(Span<ulong> lanes, ReadOnlySpan<byte> input, int secret)
    {
        var sumA = Vector256.Create<ulong>(lanes);
        var sumB = Vector256.Create<ulong>(lanes[4..]);
        var swap = Vector256.Create(1UL, 0, 3, 2);
        for (var at = 0; at < input.Length; at += StripeLength)
        {
            var stripe = input.Slice(at, StripeLength);
            var keys = Secret.Slice(secret + at / 8, StripeLength);
            var dataA = Vector256.Create(stripe).AsUInt64();
            var dataB = Vector256.Create(stripe[32..]).AsUInt64();
            sumA += Vector256.Shuffle(dataA, swap) + Product(dataA ^ Vector256.Create(keys).AsUInt64());
            sumB += Vector256.Shuffle(dataB, swap) + Product(dataB ^ Vector256.Create(keys[32..]).AsUInt64());
        }

        sumA.CopyTo(lanes);
        sumB.CopyTo(lanes[4..]);
    }

    private static void Stripes128(Span<ulong> lanes, ReadOnlySpan<byte> input, int secret)
    {
        for (var lane = 0; lane < Count; lane += 2)
        {
            var sum = Vector128.Create<ulong>(lanes[lane..]);
            for (var at = 0; at < input.Length; at += StripeLength)
            {
                var data = Vector128.Create(input.Slice(at + lane * 8, 16)).AsUInt64();
                var key = data ^ Vector128.Create(Secret.Slice(secret + at / 8 + lane * 8, 16)).AsUInt64();
                sum += Vector128.Shuffle(data, Vector128.Create(1UL, 0)) + Product(key);
            }

            sum.CopyTo(lanes[lane..]);
        }
    }

    private static void StripesScalar(Span<ulong> lanes, ReadOnlySpan<byte> input, int secret)
    {
        unchecked
        {
            for (var at = 0; at < input.Length; at += StripeLength)
            {
                for (var lane = 0; lane < Count; lane++)
                {
                    var data = Xxh3Short.Read64(input, at + lane * 8);
                    var key = data ^ Xxh3Short.Read64(Secret, secret + at / 8 + lane * 8);
                    lanes[lane ^ 1] += data;
                    lanes[lane] += (uint)key * (key >> 32);
                }
            }
        }
    }

    private static void Scramble(Span<ulong> lanes)
    {
        var keys = MemoryMarshal.Cast<byte, ulong>(Secret.Slice(ScrambleSecret, StripeLength));
        for (var lane = 0; lane < Count; lane++)
        {
            var key = BitConverter.IsLittleEndian ? keys[lane] : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(keys[lane]);
            lanes[lane] = unchecked((lanes[lane] ^ (lanes[lane] >> 47) ^ key) * Prime32A);
        }
    }

    // The product of the halves of each 64-bit lane: one instruction on x86, which the portable multiplication would not find.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<ulong> key) => Avx512F.IsSupported
        ? Avx512F.Multiply(key.AsUInt32(), (key >> 32).AsUInt32())
        : (key & Vector512.Create((ulong)uint.MaxValue)) * (key >> 32);

    private static Vector256<ulong> Product(Vector256<ulong> key) => Avx2.IsSupported
        ? Avx2.Multiply(key.AsUInt32(), (key >> 32).AsUInt32())
        : (key & Vector256.Create((ulong)uint.MaxValue)) * (key >> 32);

    private static Vector128<ulong> Product(Vector128<ulong> key) => Sse2.IsSupported
        ? Sse2.Multiply(key.AsUInt32(), (key >> 32).AsUInt32())
        : (key & Vector128.Create((ulong)uint.MaxValue)) * (key >> 32);
}
