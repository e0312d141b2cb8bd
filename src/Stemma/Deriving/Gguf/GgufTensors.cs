using Stemma.Anatomy;
using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Pairing;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;

namespace Stemma.Deriving.Gguf;

/// <summary>
/// The tensors of a GGUF file, as llama.cpp's converter and its <c>quantize --pure</c> would write them: experts of a layer stacked, rows of q and k paired and q, k and v
/// fused where the architecture asks for it, a latent vector's keys and values apart, gains as they are used (Gemma's with its 1), vectors, routers and positions as F32, everything else in one type or, where its
/// rows are no whole blocks, in that type's substitute.
/// </summary>
internal sealed class GgufTensors(SourceModel model, string architecture, TensorType? type)
{
    /// <summary>What llama.cpp takes where rows are no multiple of 256 (llama-quant.cpp); below a block of 32 it takes F16.</summary>
    private static readonly Dictionary<TensorType, TensorType> Substitutes = new()
    {
        [TensorType.Q2K] = TensorType.IQ4NL,
        [TensorType.Q3K] = TensorType.IQ4NL,
        [TensorType.Q4K] = TensorType.Q50,
        [TensorType.Q5K] = TensorType.Q51,
        [TensorType.Q6K] = TensorType.Q80,
    };

    private readonly SortedDictionary<string, int> _substituted = new(StringComparer.Ordinal);

    /// <summary>Tensors that were stored in another type than the one asked for, as a notice; empty when there are none.</summary>
    public IEnumerable<Notice> Notices() => _substituted.Select(pair => new Notice("type-substituted", $"{pair.Value} tensors have rows that are no whole blocks and are stored as {pair.Key} instead"));

    /// <summary>All tensors, in the model's order.</summary>
    public List<OutputTensor> Plan()
    {
        var outputs = new List<OutputTensor>();
        // A head that is stored though the configuration ties it to the embedding is used by nobody.
        var tied = ConfigFile.Flag(model.Config, "tie_word_embeddings") == true;
        var layers = GgufModelKeys.LayersOf(model);
        var groups = model.Assignments.Where(a => model.Layers.LayerOf(a.Tensor.Name) < layers).SelectMany(a => a.Parts.Where(p => p.Role != TensorRole.Buffer && !(tied && p.Role == TensorRole.LmHead)).Select(p => (Tensor: a, Part: p, Name: NameOf(a, p)))).GroupBy(p => p.Name, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var (tensor, part, name) = group.First();
            if (part is { Role: TensorRole.KvB, IsBias: false }) outputs.AddRange(LatentHalves(name, tensor, part));
            else outputs.Add(Output(name, [.. group.OrderBy(p => p.Part.Expert).ThenBy(p => p.Part.Role).Select(p => (p.Tensor, p.Part))]));
        }

        return outputs;
    }

    private string NameOf(TensorAssignment assignment, TensorPart part) => part.Head == TensorPart.NoHead && GgufNames.Of(architecture, part) is { } name
        ? name
        : throw model.Refuse($"the tensor {SafeText.Escape(assignment.Tensor.Name)}, for which GGUF has no name in this architecture", "tensors whose roles are known");

    private OutputTensor Output(string name, IReadOnlyList<(TensorAssignment Tensor, TensorPart Part)> parts)
    {
        var (tensor, part) = parts[0];
        var first = model.Read(tensor, part);
        if (part.Expert >= 0 && parts.Count != model.Shape.Experts) throw model.Refuse($"{parts.Count} of {model.Shape.Experts} experts with {name}", "all experts in every layer that has any");
        var isVector = SourceModel.IsVector(tensor.Tensor, part);
        var outputs = part.Expert >= 0 ? first.Outputs : parts.Sum(p => model.Read(p.Tensor, p.Part).Outputs);
        var columns = isVector ? outputs : first.Inputs;
        IReadOnlyList<long> shape = isVector ? [outputs] : part.Expert >= 0 ? [parts.Count, outputs, columns] : [outputs, columns];
        var stored = isVector || part.Role is TensorRole.Router or TensorRole.PosEmbed ? TensorType.F32 : TypeFor(type ?? tensor.Tensor.Type, columns);
        return OutputTensor.Of(name, stored, shape, () =>
        {
            List<Grid> grids = [.. parts.Select(p => Laid(p.Part, model.Read(p.Tensor, p.Part), isVector))];
            return isVector ? JoinedGrid.SideBySide(grids) : JoinedGrid.Below(grids);
        });
    }

    /// <summary>What attention makes of its latent vector: each head's key rows turned in one tensor [heads, rank, key], its value rows in another [heads, value, rank].</summary>
    private IEnumerable<OutputTensor> LatentHalves(string name, TensorAssignment tensor, TensorPart part)
    {
        var (rows, heads) = (model.Read(tensor, part), model.Shape.Heads);
        var (key, value) = ((int)(ConfigFile.Number(model.Config, "qk_nope_head_dim") ?? 0), (int)(ConfigFile.Number(model.Config, "v_head_dim") ?? 0));
        if (key <= 0 || value <= 0 || (long)heads * (key + value) != rows.Outputs)
            throw model.Refuse($"{SafeText.Escape(tensor.Tensor.Name)} of {rows.Outputs} rows", "for each head qk_nope_head_dim and v_head_dim of config.json together");
        var wanted = type ?? tensor.Tensor.Type;
        yield return OutputTensor.Of(name.Replace("_kv_", "_k_", StringComparison.Ordinal), TypeFor(wanted, key), [heads, rows.Inputs, key],
            () => JoinedGrid.Below([.. Enumerable.Range(0, heads).Select(head => WholeGrid.Transposed(OfHead(head, 0, key), tensor.Tensor.Name))]));
        yield return OutputTensor.Of(name.Replace("_kv_", "_v_", StringComparison.Ordinal), TypeFor(wanted, rows.Inputs), [heads, value, rows.Inputs],
            () => JoinedGrid.Below([.. Enumerable.Range(0, heads).Select(head => OfHead(head, key, value))]));

        Grid OfHead(int head, int first, int count) => rows.TakeOutputs([.. Enumerable.Range((head * (key + value)) + first, count)]).AsMatrix();
    }

    /// <summary>The numbers as the file has them.</summary>
    private Grid Laid(TensorPart part, PartGrid values, bool isVector)
    {
        if (part.GainOffset != 0) values = values.Each((_, _, value) => value + part.GainOffset);
        if (part.Role is TensorRole.Q or TensorRole.K && GgufPairing.Applies(architecture))
        {
            var size = (int)values.Outputs / (part.Role == TensorRole.Q ? model.Shape.Heads : model.Shape.KvHeads);
            var order = new int[values.Outputs];
            for (var row = 0; row < order.Length; row++) order[PairedRowReader.Stored(row, size)] = row;
            values = values.TakeOutputs(order);
        }

        return isVector ? values.Stored : values.AsMatrix();
    }

    private TensorType TypeFor(TensorType wanted, long columns)
    {
        if (columns % wanted.BlockOf().Numbers == 0) return wanted;
        var instead = Substitutes.TryGetValue(wanted, out var substitute) && columns % substitute.BlockOf().Numbers == 0 ? substitute : TensorType.F16;
        _substituted[instead.NameOf()] = _substituted.GetValueOrDefault(instead.NameOf()) + 1;
        return instead;
    }
}
