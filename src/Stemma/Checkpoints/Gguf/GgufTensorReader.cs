using Stemma.Foundation;

namespace Stemma.Checkpoints.Gguf;

/// <summary>A tensor whose place was checked.</summary>
/// <param name="Name">Text of a stranger.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Outermost first: the file's order turned round.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="ByteLength">Bytes without padding.</param>
internal sealed record GgufTensor(string Name, GgufType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength);

/// <summary>
/// Reads the descriptions of tensors and checks that they lie one behind the other, each at the next multiple of the alignment: no holes, no overlaps, no sharing,
/// nothing beyond the end (reference: gguf.cpp, gguf_init_from_file).
/// </summary>
internal sealed class GgufTensorReader(WeightFile file, GgufCursor cursor)
{
    private const int MostDimensions = 4, LongestName = 63;

    private readonly record struct Claim(string Name, GgufType Type, long[] Shape, ulong Offset, long At);

    /// <summary>Reads as many descriptions as the file says.</summary>
    public (IReadOnlyList<GgufTensor> Tensors, long End) Read(long count, long alignment)
    {
        var claims = new List<Claim>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var claim = ReadClaim();
            if (!names.Add(claim.Name)) throw file.Refuse(FaultCode.GgufDuplicate, claim.At, $"a second tensor named '{claim.Name}'", "each name once");
            claims.Add(claim);
        }

        return Place(claims, alignment);
    }

    private Claim ReadClaim()
    {
        var at = cursor.At;
        var name = cursor.Text("a tensor's name", LongestName);
        if (name.Length == 0) throw file.Refuse(FaultCode.GgufBadKey, at, "a tensor without a name", "a name for each tensor");
        var dimensions = cursor.U32();
        if (dimensions > MostDimensions) throw file.Refuse(FaultCode.GgufBadShape, at, $"tensor '{name}' of {dimensions} dimensions", $"at most {MostDimensions}");
        var shape = new long[dimensions];
        for (var d = (int)dimensions - 1; d >= 0; d--)
        {
            shape[d] = cursor.I64();
            if (shape[d] < 0) throw file.Refuse(FaultCode.GgufBadShape, at, $"tensor '{name}' with the size {shape[d]}", "sizes from 0");
        }

        var number = cursor.I32();
        if (GgufTypes.Find(number) is not { } type)
            throw file.Refuse(FaultCode.GgufUnknownType, at, $"tensor '{name}' of type {number}", "the types that ggml numbers from 0 to 42 and has not taken out again");
        return new Claim(name, type, shape, cursor.U64(), at);
    }

    private (IReadOnlyList<GgufTensor> Tensors, long End) Place(List<Claim> claims, long alignment)
    {
        var start = Padded(cursor.At, alignment);
        var tensors = new List<GgufTensor>(claims.Count);
        var (next, end) = ((Int128)0, (Int128)start);
        foreach (var claim in claims)
        {
            var bytes = BytesOf(claim);
            if (claim.Offset != (UInt128)next)
                throw file.Refuse(FaultCode.GgufBadOffset, claim.At, $"tensor '{claim.Name}' at {claim.Offset}", $"{next}, where the tensor before it ends, padded to a multiple of {alignment}");
            end = start + next + bytes;
            if (bytes > 0 && end > file.Length)
                throw file.Refuse(FaultCode.GgufTruncated, claim.At, $"tensor '{claim.Name}' of {bytes} bytes at {start + next} in a file of {file.Length}", "tensors inside the file", "download the file again: it is cut short");
            tensors.Add(new GgufTensor(claim.Name, claim.Type, claim.Shape, (long)(start + next), bytes));
            next = Padded(next + bytes, alignment);
        }

        return (tensors, (long)Int128.Min(start + next, Int128.Max(end, file.Length)));
    }

    private long BytesOf(Claim claim)
    {
        // A size of zero does not excuse the others: what a reader multiplies in another order must not wrap round.
        var (count, largest) = ((Int128)1, (Int128)1);
        foreach (var size in claim.Shape)
        {
            count *= size;
            largest *= Math.Max(1, size);
            if (largest > long.MaxValue) throw file.Refuse(FaultCode.GgufBadShape, claim.At, $"tensor '{claim.Name}' of more than 2^63 numbers", "fewer");
        }

        var row = claim.Shape.Length == 0 ? 1 : claim.Shape[^1];
        if (row % claim.Type.Block.Numbers != 0)
            throw file.Refuse(FaultCode.GgufBadShape, claim.At, $"tensor '{claim.Name}' of type {claim.Type.Name} with rows of {row} numbers", $"rows of whole blocks of {claim.Type.Block.Numbers} numbers");
        var bytes = count / claim.Type.Block.Numbers * claim.Type.Block.Bytes;
        return bytes <= long.MaxValue ? (long)bytes : throw file.Refuse(FaultCode.GgufBadShape, claim.At, $"tensor '{claim.Name}' of more than 2^63 bytes", "fewer");
    }

    private static long Padded(long at, long alignment) => (long)Padded((Int128)at, alignment);

    private static Int128 Padded(Int128 at, long alignment) => (at + alignment - 1) / alignment * alignment;
}
