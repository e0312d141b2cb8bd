using Stemma.Checkpoints.Tensors;

namespace Stemma.Anatomy.Families;

/// <summary>Gives every tensor the role that its family's file says, and splits the fused ones.</summary>
internal sealed class FamilyAssigner
{
    /// <summary>Most experts in one stacked tensor; the largest model known has 512.</summary>
    public const int MostStacked = 8_192;

    private readonly ArchitectureFamily _family;
    private readonly ModelConfig _config;
    private readonly NoticeBook _notices;
    private readonly Dictionary<(TensorRole Role, int Layer), long> _inputs = [];
    private readonly bool _transposed;

    private FamilyAssigner(ArchitectureFamily family, IReadOnlyList<TensorInfo> tensors, ModelConfig config, NoticeBook notices)
    {
        (_family, _config, _notices) = (family, config, notices);
        _transposed = StorageVote.IsTransposed(family, tensors);
        foreach (var tensor in tensors)
        {
            if (tensor.Shape.Count != 2 || FamilyMatcher.Match(family, tensor.Name) is not { Pattern.Role: TensorRole.O or TensorRole.Down, IsBias: false } match) continue;
            _inputs[(match.Pattern.Role, match.Layer)] = IsTransposed(match.Pattern) ? tensor.Rows : tensor.Columns;
        }
    }

    /// <summary>One list of parts per tensor, in the same order.</summary>
    public static List<TensorAssignment> Assign(
        ArchitectureFamily family, IReadOnlyList<TensorInfo> tensors, ModelConfig config, NoticeBook notices)
    {
        var assigner = new FamilyAssigner(family, tensors, config, notices);
        return [.. tensors.Select(assigner.Assign)];
    }

    private TensorAssignment Assign(TensorInfo tensor)
    {
        if (FamilyMatcher.Match(_family, tensor.Name) is not { Pattern: not { Role: TensorRole.Unknown, Split: SplitRule.None } } match) return PartsOf.Unknown(tensor);
        var parts = match.Pattern.Stacked ? Stacked(tensor, match) : Single(tensor, match);
        return parts is null ? PartsOf.Unknown(tensor) : new TensorAssignment(tensor, parts);
    }

    private List<TensorPart>? Single(TensorInfo tensor, PatternMatch match)
    {
        var isVector = match.IsBias || !(match.Pattern.Split != SplitRule.None || RoleTraits.IsMatrix(match.Pattern.Role));
        var fits = isVector ? tensor.Columns == tensor.Count : tensor.Shape.Count == 2;
        if (!fits || tensor.Count == 0) return Refuse(tensor, isVector ? "a vector was expected" : "a matrix was expected");
        return Parts(tensor, match, new AxisSlice(0, tensor.Rows), match.Expert);
    }

    private List<TensorPart>? Stacked(TensorInfo tensor, PatternMatch match)
    {
        if (tensor.Shape.Count != (match.IsBias ? 2 : 3) || tensor.Count == 0) return Refuse(tensor, "experts stacked along the first axis were expected");
        if (tensor.Shape[0] > MostStacked) return Refuse(tensor, $"more than {MostStacked} experts are stacked");
        var rows = tensor.Rows / tensor.Shape[0];
        var all = new List<TensorPart>();
        for (var expert = 0; expert < tensor.Shape[0]; expert++)
        {
            if (Parts(tensor, match, new AxisSlice(expert * rows, rows), expert) is not { } parts) return null;
            all.AddRange(parts);
        }

        return all;
    }

    /// <summary>The parts within some consecutive rows: the whole tensor, or one expert of a stack.</summary>
    private List<TensorPart>? Parts(TensorInfo tensor, PatternMatch match, AxisSlice rows, int expert)
    {
        var pattern = match.Pattern;
        var columns = AxisSlice.All(tensor.Columns);
        var transposed = !match.IsBias && IsTransposed(pattern);
        var whole = new TensorPart
        {
            Role = pattern.Role,
            IsBias = match.IsBias,
            Layer = match.Layer,
            Expert = expert,
            Rows = rows,
            Columns = columns,
            Transposed = transposed,
            GainOffset = RoleTraits.IsGain(pattern.Role) && !match.IsBias ? _family.GainOffset : 0,
        };
        if (pattern.Split == SplitRule.None) return [whole];

        var alongColumns = match.IsBias || transposed;
        var split = FusedLayouts.Split(pattern.Split, alongColumns ? columns.Length : rows.Length, Heads(match.Layer), out var reason);
        if (split is null) return Refuse(tensor, reason);
        return
        [
            .. split.Select(part => alongColumns
                ? whole with { Role = part.Role, Columns = part.Slice }
                : whole with { Role = part.Role, Rows = part.Slice with { Start = rows.Start + part.Slice.Start } }),
        ];
    }

    private HeadLayout Heads(int layer) =>
        new(_config.Heads, _config.KvHeads, _config.HeadDim, _inputs.GetValueOrDefault((TensorRole.O, layer)), _inputs.GetValueOrDefault((TensorRole.Down, layer)), _config.FalconLayout);

    private bool IsTransposed(TensorPattern pattern) => pattern.Storage switch
    {
        Storage.Transposed => true,
        Storage.Either => _transposed,
        _ => false,
    };

    private List<TensorPart>? Refuse(TensorInfo tensor, string reason)
    {
        _notices.Add("layout-mismatch", $"{reason}; it takes part by name and shape only", tensor.Name);
        return null;
    }
}
