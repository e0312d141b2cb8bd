namespace Stemma.Anatomy;

/// <summary>The sizes of a model from its parts, filled up from the configuration where shapes are silent.</summary>
internal static class ShapeReader
{
    public static ModelShape Read(IReadOnlyList<TensorAssignment> assignments, long hidden, ModelConfig config, NoticeBook notices)
    {
        var parts = assignments.SelectMany(assignment => assignment.Parts).Where(part => part.Role is not (TensorRole.Unknown or TensorRole.Buffer)).ToList();
        var matrices = parts.Where(part => !part.IsBias).ToList();
        var embed = matrices.Find(part => part.Role == TensorRole.Embed);
        var (heads, keyValueHeads, headDim) = Heads(matrices, config, notices);
        return new ModelShape
        {
            Layers = Layers(parts, config, notices),
            Hidden = Size(hidden),
            Heads = heads,
            KvHeads = keyValueHeads,
            HeadDim = headDim,
            Ffn = Size(Commonest(matrices, part => part.Role == TensorRole.Up && part.Expert == TensorPart.NoExpert)),
            Experts = parts.Where(part => RoleTraits.WritesResidual(part.Role)).Select(part => part.Expert + 1).DefaultIfEmpty(0).Max() is var most and > 0 ? most : 0,
            ExpertFfn = Size(Commonest(matrices, part => part.Role == TensorRole.Up && part.Expert >= 0)),
            ExpertsPerToken = config.ExpertsPerToken,
            ExpertGroups = config.ExpertGroups,
            Vocabulary = Size(embed?.Rows.Count ?? 0),
            TiedHead = embed is not null && matrices.TrueForAll(part => part.Role != TensorRole.LmHead) && config.TiedHead != false,
        };
    }

    private static int Layers(List<TensorPart> parts, ModelConfig config, NoticeBook notices)
    {
        var numbers = parts.Select(part => part.Layer).Where(layer => layer >= 0).ToHashSet();
        var layers = numbers.Count == 0 ? 0 : numbers.Max() + 1;
        if (layers != numbers.Count)
            notices.Say("layer-gap", $"Layers are numbered up to {layers - 1} but only {numbers.Count} are there", limitsCoverage: true);
        if (config.Layers > layers)
            notices.Say("layers-missing", $"The configuration declares {config.Layers} layers, the tensors have {layers}", limitsCoverage: layers > 0);
        else if (config.Layers > 0 && config.Layers < layers)
            notices.Say("layers-extra", $"The configuration declares {config.Layers} layers, the tensors have {layers}; the last may predict further tokens");
        return layers;
    }

    private static (int Heads, int KvHeads, int HeadDim) Heads(List<TensorPart> parts, ModelConfig config, NoticeBook notices)
    {
        var query = Commonest(parts, part => part.Role == TensorRole.Q && part.Head == TensorPart.NoHead);
        var key = Commonest(parts, part => part.Role == TensorRole.K && part.Head == TensorPart.NoHead);
        if (query == 0) query = Commonest(parts, part => part.Role == TensorRole.QB);
        var own = parts.Select(part => part.Head + 1).DefaultIfEmpty(0).Max();
        if (own > 0)
        {
            var size = Size(Commonest(parts, part => part.Role == TensorRole.Q && part.Head >= 0));
            return (own, parts.Where(part => part.Role == TensorRole.K).Select(part => part.Head + 1).DefaultIfEmpty(0).Max(), size);
        }

        if (config.Heads > 0 && query > 0 && query % config.Heads == 0)
        {
            var size = query / config.Heads;
            return (config.Heads, Size(key > 0 && key % size == 0 ? key / size : key == 0 ? config.KvHeads : 0), Size(size));
        }

        if (config.Heads > 0 && query > 0) notices.Say("config-differs", $"The configuration declares {config.Heads} heads, which do not divide {query} query rows");

        // A gain per head, shorter than all heads together, has the length of one.
        var norm = parts.Find(part => part.Role is TensorRole.QNorm)?.Columns.Count ?? 0;
        if (norm > 0 && query > norm && query % norm == 0 && key % norm == 0) return (Size(query / norm), Size(key / norm), Size(norm));
        var sinks = parts.Find(part => part.Role == TensorRole.Sinks)?.Columns.Count ?? 0;
        if (sinks > 0 && query % sinks == 0 && query > 0) return (Size(sinks), Size(key / (query / sinks)), Size(query / sinks));
        return query == 0 ? (config.Heads, config.KvHeads, config.HeadDim) : (0, 0, 0);
    }

    private static long Commonest(List<TensorPart> parts, Func<TensorPart, bool> which) =>
        parts.Where(which).GroupBy(RoleChecks.Outputs).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).FirstOrDefault()?.Key ?? 0;

    private static int Size(long size) => size is > 0 and <= int.MaxValue ? (int)size : 0;
}
