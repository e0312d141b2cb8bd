using Stemma.Checkpoints.Shards;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>
/// Puts matrices together that were cut for several processors. Reference: Meta's llama, model.py: ColumnParallelLinear (wq, wk, wv, w1, w3, output) keeps some of the rows,
/// RowParallelLinear (wo, w2) some of the columns; the embedding is cut along its width in Llama 1 and 2, along the vocabulary in Llama 3. Norms and tables are the same in every part.
/// </summary>
internal sealed class ParallelPartsLayout : IPackedLayout
{
    /// <summary>Most bytes of a tensor that is held against its copies in other parts.</summary>
    private const long LargestCopy = 1 << 20;

    public IEnumerable<PackedTensor> Find(StoredTensors stored)
    {
        List<string> files = [.. stored.Checkpoint.Files.Select(file => file.Name)];
        if (!ParallelParts.Are(files)) yield break;
        var names = stored.Checkpoint.Tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var share in stored.Checkpoint.Tensors)
        {
            if (ParallelParts.Shared(share.Name) is not { } of) continue;
            if (!names.Contains(ParallelParts.ShareOf(of.Tensor, 0))) throw Unequal(stored, share, of.Tensor, 0);
            if (of.Part > 0) continue;
            var parts = Enumerable.Range(0, files.Count).Select(part => stored.Find(ParallelParts.ShareOf(of.Tensor, part))).ToList();
            if (parts.FindIndex(part => part is null || part.Type != share.Type || !part.Shape.SequenceEqual(share.Shape)) is var other and >= 0) throw Unequal(stored, share, of.Tensor, other);
            yield return Join(stored, of.Tensor, parts!);
        }
    }

    private static StemmaException Unequal(StoredTensors stored, TensorInfo share, string tensor, int other) =>
        stored.Refuse(share, $"{tensor}, which part {other} does not have in this form", "the same tensors, types and shapes in every part");

    private static JoinedTensor Join(StoredTensors stored, string name, List<TensorInfo> parts)
    {
        var (first, words) = (parts[0], name.Split('.'));
        var isVector = first.Shape.Count == 1;
        var cut = (words.Length > 1 ? words[^2] : "") switch
        {
            "wq" or "wk" or "wv" or "w1" or "w3" or "output" => Cut.Rows,
            "wo" or "w2" => isVector ? Cut.None : Cut.Columns,
            "tok_embeddings" when stored.Checkpoint.Tensors.FirstOrDefault(tensor => tensor.Name == ParallelParts.ShareOf("norm.weight", 0)) is { } norm =>
                first.Columns == norm.Count ? Cut.Rows : first.Columns * parts.Count == norm.Count ? Cut.Columns : Cut.None,
            _ => Cut.None,
        };
        if (first.Shape.Count is not (1 or 2)) throw stored.Refuse(first, $"{name} of {first.Shape.Count} dimensions in parts", "vectors and matrices");
        if (cut == Cut.None) ExpectCopies(stored, name, parts);
        return new JoinedTensor(stored, name, cut, parts);
    }

    /// <summary>What is not cut is the same in every part; where it is not, nobody here knows how to join it.</summary>
    private static void ExpectCopies(StoredTensors stored, string name, List<TensorInfo> parts)
    {
        var bytes = parts[0].ByteLength;
        if (bytes > LargestCopy) throw stored.Refuse(parts[0], $"{name} in {parts.Count} parts", $"tensors that are known to be cut, and copies of at most {LargestCopy} bytes");
        var (one, other) = (new byte[bytes], new byte[bytes]);
        stored.Checkpoint.ReadRows(parts[0], 0, one);
        foreach (var part in parts.Skip(1))
        {
            stored.Checkpoint.ReadRows(part, 0, other);
            if (!one.AsSpan().SequenceEqual(other)) throw stored.Refuse(part, $"{name}, which differs from part to part", "tensors that are known to be cut, and copies");
        }
    }

    private enum Cut
    {
        None,
        Rows,
        Columns,
    }

    private sealed class JoinedTensor(StoredTensors stored, string name, Cut cut, List<TensorInfo> parts)
        : PackedTensor(stored, name, ShapeOf(cut, parts), packing: null, parts, parts[0].Type is TensorType.BF16 or TensorType.F16 ? parts[0].Type : TensorType.F32)
    {
        public override void Read(long first, Span<float> rows)
        {
            if (cut == Cut.None) Stored.Checkpoint.ReadNumbers(Parts[0], first, rows);
            else if (cut == Cut.Columns || Parts[0].Shape.Count == 1) ReadColumns(first, rows);
            else ReadRows(first, rows);
        }

        private void ReadRows(long first, Span<float> rows)
        {
            for (var each = Parts[0].Rows; rows.Length > 0;)
            {
                var now = (int)Math.Min(rows.Length / Columns, each - (first % each)) * Columns;
                Stored.Checkpoint.ReadNumbers(Parts[(int)(first / each)], first % each, rows[..now]);
                first += now / Columns;
                rows = rows[now..];
            }
        }

        private void ReadColumns(long first, Span<float> rows)
        {
            var (count, width) = (rows.Length / Columns, (int)Parts[0].Columns);
            using var share = new Rented<float>(count * width);
            for (var part = 0; part < Parts.Count; part++)
            {
                Stored.Checkpoint.ReadNumbers(Parts[part], first, share.Span);
                for (var row = 0; row < count; row++) share.Span.Slice(row * width, width).CopyTo(rows[((row * Columns) + (part * width))..]);
            }
        }

        private static long[] ShapeOf(Cut cut, List<TensorInfo> parts)
        {
            long[] shape = [.. parts[0].Shape];
            if (cut != Cut.None) shape[cut == Cut.Rows ? 0 : ^1] = checked(shape[cut == Cut.Rows ? 0 : ^1] * parts.Count);
            return shape;
        }
    }
}
