using Stemma.Checkpoints.Decoding;
using Stemma.Checkpoints.Tensors;

namespace Stemma.Tests.Support;

/// <summary>What MLX (mlx.core.quantize) stores: a dense stream of codes for each row, lowest bits first, in words of 32 bits; scales, and for integers biases. Number by number.</summary>
internal static class MlxPackers
{
    /// <summary>W = q s + b, s and b in half precision.</summary>
    public static Packer Integers(int bits, int group) => (module, weight, outputs, inputs) =>
    {
        var (groups, top) = (inputs / group, (1 << bits) - 1);
        var (scales, biases, codes, values) = (new Half[outputs * groups], new Half[outputs * groups], new uint[weight.Length], new float[weight.Length]);
        for (var g = 0; g < scales.Length; g++)
        {
            var members = weight.AsSpan(g * group, group).ToArray();
            scales[g] = (Half)Math.Max((members.Max() - members.Min()) / top, 1e-4f);
            biases[g] = (Half)members.Min();
        }

        for (var i = 0; i < weight.Length; i++)
        {
            var (scale, bias) = ((float)scales[i / group], (float)biases[i / group]);
            codes[i] = (uint)Math.Clamp((int)MathF.Round((weight[i] - bias) / scale), 0, top);
            values[i] = (codes[i] * scale) + bias;
        }

        return new(
            [
                IntegerPackers.Stored(module + ".weight", TensorType.U32, [outputs, inputs * bits / 32], Stream(codes, bits, inputs)),
                IntegerPackers.Stored(module + ".scales", TensorType.F16, [outputs, groups], scales), IntegerPackers.Stored(module + ".biases", TensorType.F16, [outputs, groups], biases),
            ],
            values);
    };

    public static PackedMatrix MxFp4(string module, float[] weight, int outputs, int inputs)
    {
        var (codes, exponents, values) = CodePackers.MxBlocks(weight);
        return Bytes(module, outputs, inputs, codes, exponents, values);
    }

    /// <summary>E4M3 codes, a power of two for each 32.</summary>
    public static PackedMatrix MxFp8(string module, float[] weight, int outputs, int inputs)
    {
        var table = MiniFloats.TableOf(TensorType.F8E4M3);
        var exponents = Enumerable.Range(0, weight.Length / 32).Select(b => (byte)(127 + (int)MathF.Floor(MathF.Log2(Math.Max(weight.AsSpan(32 * b, 32).ToArray().Max(MathF.Abs), 1e-20f))) - 8)).ToArray();
        var codes = weight.Select((number, i) => Nearest(table, number / MathF.ScaleB(1, exponents[i / 32] - 127))).ToArray();
        return Bytes(module, outputs, inputs, codes, exponents, [.. codes.Select((code, i) => table[code] * MathF.ScaleB(1, exponents[i / 32] - 127))]);
    }

    /// <summary>E2M1 codes, an E4M3 scale for each 16.</summary>
    public static PackedMatrix NvFp4(string module, float[] weight, int outputs, int inputs)
    {
        var table = MiniFloats.TableOf(TensorType.F8E4M3);
        var scales = Enumerable.Range(0, weight.Length / 16).Select(b => Nearest(table, weight.AsSpan(16 * b, 16).ToArray().Max(MathF.Abs) / 6)).ToArray();
        var (codes, values) = (new byte[weight.Length / 2], new float[weight.Length]);
        for (var i = 0; i < weight.Length; i++)
        {
            var scale = table[scales[i / 16]];
            var code = Nearest(MiniFloats.E2M1, scale == 0 ? 0 : weight[i] / scale);
            codes[i / 2] |= (byte)(i % 2 == 0 ? code : code << 4);
            values[i] = MiniFloats.E2M1[code] * scale;
        }

        return Bytes(module, outputs, inputs, codes, scales, values);
    }

    private static PackedMatrix Bytes(string module, int outputs, int inputs, byte[] codes, byte[] scales, float[] values) => new(
        [
            IntegerPackers.Stored(module + ".weight", TensorType.U32, [outputs, codes.Length / outputs / 4], Enumerable.Range(0, codes.Length / 4).Select(i => BitConverter.ToUInt32(codes, 4 * i)).ToArray()),
            IntegerPackers.Stored(module + ".scales", TensorType.U8, [outputs, scales.Length / outputs], scales),
        ],
        values);

    private static uint[] Stream(uint[] codes, int bits, int inputs)
    {
        var perRow = inputs * bits / 32;
        var words = new uint[codes.Length / inputs * perRow];
        for (var i = 0; i < codes.Length; i++)
        {
            for (var b = 0; b < bits; b++)
            {
                var bit = (i % inputs * bits) + b;
                words[(i / inputs * perRow) + (bit / 32)] |= ((codes[i] >> b) & 1) << (bit % 32);
            }
        }

        return words;
    }

    private static byte Nearest(float[] table, float value) => (byte)Enumerable.Range(0, table.Length).Where(code => float.IsFinite(table[code])).MinBy(code => MathF.Abs(table[code] - value));
}
