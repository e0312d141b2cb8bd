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

    /// <param name="weight">W, [outputs, inputs].</param>
    /// <param name="bias">b, or null.</param>
    /// <param name="x">[tokens, inputs].</param>
    /// <param name="y">[tokens, outputs].</param>
    public static void Multiply(Weight weight, float[]? bias, Rows x, Rows y)
    {
        var many = x.Count >= Many;
        var perBlock = Math.Clamp((many ? ManyBlock : FewBlock) / weight.Inputs, 1, weight.Outputs);
        var blocks = (weight.Outputs + perBlock - 1) / perBlock;
        if (many && !OpenBlas.IsThere) Managed(weight, x, y, perBlock);
        else Work.Deal(blocks, (long)weight.Outputs * weight.Inputs * x.Count, block => Block(weight, x, y, block * perBlock, Math.Min(perBlock, weight.Outputs - (block * perBlock)), many));
        if (bias is null) return;
        for (var token = 0; token < y.Count; token++) Vectors.Add(y[token], bias);
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
