using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Packing.Layouts;

/// <summary>
/// What multi-head latent attention makes of its latent vector (DeepSeek-V2, arXiv 2405.04434), as GGUF and MLX keep it: <c>attn_k_b</c> or <c>embed_q</c> [heads, rank, key], each
/// head's key rows turned, and <c>attn_v_b</c> or <c>unembed_out</c> [heads, value, rank]; the dimension of heads may be folded into the next. Others keep one matrix
/// <c>kv_b_proj</c> [heads * (key + value), rank], head by head the key's rows before the value's: that is how it is handed out. A file with both has the matrix already.
/// </summary>
internal sealed class LatentHalvesLayout : IPackedLayout
{
    private static readonly (string Keys, string Values, string Joined)[] Names =
        [(".attn_k_b.weight", ".attn_v_b.weight", ".attn_kv_b.weight"), (".self_attn.embed_q.weight", ".self_attn.unembed_out.weight", ".self_attn.kv_b_proj.weight")];

    /// <summary>Numbers of a head that are put together at a time.</summary>
    private const long LargestHead = 1 << 22;

    public IEnumerable<PackedTensor> Find(StoredTensors stored) => Names.SelectMany(names => Find(stored, names.Keys, names.Values, names.Joined));

    private static IEnumerable<PackedTensor> Find(StoredTensors stored, string ofKeys, string ofValues, string joined)
    {
        foreach (var (name, keys) in stored.EndingWith(ofKeys))
        {
            if (stored.Find(name + ofValues) is not { } values || stored.Find(name + joined) is not null || !keys.Type.IsReal() || !values.Type.IsReal()) continue;
            var rank = values.Columns;
            var heads = rank == 0 ? 0 : keys.Rows / rank;
            if (heads == 0 || keys.Columns == 0 || keys.Rows % rank != 0 || values.Rows % heads != 0 || !Fits(keys, heads, rank) || !Fits(values, heads, values.Rows / heads))
                throw stored.Refuse(keys, $"{keys.Name} of {Shown(keys)} beside {values.Name} of {Shown(values)}", "[heads, rank, key] beside [heads, value, rank]");
            var size = keys.Columns + (values.Rows / heads);
            if (size > LargestHead / rank) throw stored.Refuse(keys, $"heads of {size} rows of {rank} numbers", $"at most {LargestHead} numbers");
            yield return new HalvesTensor(stored, name + joined, heads, (int)size, keys, values);
        }
    }

    private static bool Fits(TensorInfo tensor, long heads, long rows) => tensor.Shape.Count == 2 || (tensor.Shape.Count == 3 && tensor.Shape[0] == heads && tensor.Shape[1] == rows);

    private static string Shown(TensorInfo tensor) => $"[{string.Join(", ", tensor.Shape)}]";

    private sealed class HalvesTensor(StoredTensors stored, string name, long heads, int size, TensorInfo keys, TensorInfo values)
        : PackedTensor(stored, name, [heads * size, values.Columns], Grid(keys, values), [keys, values], Plain(keys.Type, values.Type))
    {
        public override int RowsTogether => size;

        public override void Read(long first, Span<float> rows)
        {
            var (key, rank) = ((int)Parts[0].Columns, Columns);
            using var turned = new Rented<float>(key * rank);
            for (var head = first / size; rows.Length > 0; head++, rows = rows[(size * rank)..])
            {
                Stored.Checkpoint.ReadNumbers(Parts[0], head * rank, turned.Span);
                for (var row = 0; row < key; row++)
                    for (var column = 0; column < rank; column++) rows[(row * rank) + column] = turned.Span[(column * key) + row];
                Stored.Checkpoint.ReadNumbers(Parts[1], head * (size - key), rows[(key * rank)..(size * rank)]);
            }
        }

        /// <summary>The type that both have, where it is one of plain numbers that are handed on as they are.</summary>
        private static TensorType Plain(TensorType keys, TensorType values) => keys == values && keys is TensorType.BF16 or TensorType.F16 ? keys : TensorType.F32;

        private static string? Grid(params ReadOnlySpan<TensorInfo> halves)
        {
            var grids = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var half in halves)
                if (half.Packing?.Name is { } packed) grids.Add(packed);
                else if (half.Type.IsBlocked()) grids.Add(half.Type.NameOf());
            return grids.Count == 0 ? null : string.Join(" and ", grids);
        }
    }
}
