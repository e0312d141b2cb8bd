using System.Buffers;
using Stemma.Foundation.Linear;
using Stemma.Running.Weights;

namespace Stemma.Running.Kernels;

/// <summary>
/// y = x Wᵀ + b. Few tokens: every weight is read once, as stored. Many: rows of W are widened a block at a time and multiplied by OpenBLAS, or by the
/// engine's own kernel where there is none.
/// </summary>
internal static unsafe class Product
{
    /// <summary>Tokens from which a block of weights is worth widening.</summary>
    private const int Many = 8;

    /// <summary>Weights in a block: what a processor's second-level cache holds when few tokens are there, a good size for OpenBLAS when many.</summary>
    private const int FewBlock = 1 << 16, ManyBlock = 1 << 20;

    /// <summary>Multiplies the same tokens with one matrix or several: the processors meet once at the end, not after each.</summary>
    /// <param name="x">[tokens, inputs].</param>
    /// <param name="factors">W [outputs, inputs], b or null, and y [tokens, outputs].</param>
    public static void Multiply(Rows x, params (Weight Weight, float[]? Bias, Rows Y)[] factors)
    {
        var many = x.Count >= Many;
        if (many && !OpenBlas.IsThere)
        {
            foreach (var (weight, _, y) in factors) Managed(weight, x, y, RowsOfBlock(weight, many));
        }
        else
        {
            var work = factors.Sum(f => (long)f.Weight.Outputs * f.Weight.Inputs) * x.Count;
            Work.Deal(factors.Sum(f => Blocks(f.Weight, many)), work, block => Block(factors, block, x, many));
        }

        foreach (var (_, bias, y) in factors)
            for (var token = 0; bias is not null && token < y.Count; token++) Vectors.Add(y[token], bias);
    }

    private static int RowsOfBlock(Weight weight, bool many) => Math.Clamp((many ? ManyBlock : FewBlock) / weight.Inputs, 1, weight.Outputs);

    private static int Blocks(Weight weight, bool many)
    {
        var rows = RowsOfBlock(weight, many);
        return (weight.Outputs + rows - 1) / rows;
    }

    private static void Block((Weight Weight, float[]? Bias, Rows Y)[] factors, int block, Rows x, bool many)
    {
        var factor = 0;
        for (; block >= Blocks(factors[factor].Weight, many); factor++) block -= Blocks(factors[factor].Weight, many);
        var (weight, _, y) = factors[factor];
        var rows = RowsOfBlock(weight, many);
        Block(weight, x, y, block * rows, Math.Min(rows, weight.Outputs - (block * rows)), many);
    }

    private static void Block(Weight weight, Rows x, Rows y, int first, int count, bool many)
    {
        fixed (float* from = x.Data, into = y.Data)
        {
            if (!many)
            {
                weight.Dot(first, count, from, x.Count, into + first, y.Width);
                return;
            }

            var scratch = ArrayPool<float>.Shared.Rent(count * weight.Inputs);
            fixed (float* room = scratch) OpenBlas.MultiplyTransposed(from, x.Count, weight.Inputs, weight.Floats(first, count, room), count, into + first, y.Width);
            ArrayPool<float>.Shared.Return(scratch);
        }
    }

    private static void Managed(Weight weight, Rows x, Rows y, int perBlock)
    {
        var tokens = new Matrix(x.Count, x.Width);
        x.All.CopyTo(tokens.Data);
        for (var first = 0; first < weight.Outputs; first += perBlock)
        {
            var block = new Matrix(Math.Min(perBlock, weight.Outputs - first), weight.Inputs);
            fixed (float* room = block.Data)
            {
                var there = weight.Floats(first, block.Rows, room);
                if (there != room) new ReadOnlySpan<float>(there, block.Data.Length).CopyTo(block.Data);
            }

            var products = Products.MultiplyTransposed(tokens, block);
            for (var token = 0; token < x.Count; token++) products.Row(token).CopyTo(y[token][first..]);
        }
    }
}
