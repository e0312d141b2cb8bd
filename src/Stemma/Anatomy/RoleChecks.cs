namespace Stemma.Anatomy;

/// <summary>
/// Takes roles back where the shapes deny them, so that what reads an anatomy may rely on it: matrices that read or write the residual stream have its
/// width there, residual gains have its length, and the gate, up and down of one FFN agree on the number of units.
/// </summary>
internal static class RoleChecks
{
    /// <summary>The width most matrices agree on, and the assignments with the rest made <see cref="TensorRole.Unknown"/>.</summary>
    public static (List<TensorAssignment> Assignments, long Hidden) Apply(IReadOnlyList<TensorAssignment> assignments, NoticeBook notices)
    {
        var hidden = Hidden(assignments);
        var units = Units(assignments);
        var seen = new HashSet<(TensorRole, bool, int, int, int)>();
        List<TensorAssignment> kept = [];
        foreach (var assignment in assignments)
        {
            var refusal = Refusal(assignment, hidden, units, seen);
            if (refusal is { } reason) notices.Add(reason.Code, $"{reason.Text}; it takes part by name and shape only", assignment.Tensor.Name);
            kept.Add(refusal is null ? assignment : PartsOf.Unknown(assignment.Tensor));
        }

        return (kept, hidden);
    }

    /// <summary>Inputs of a matrix part.</summary>
    public static long Inputs(TensorPart part) => part.Transposed ? part.Rows.Count : part.Columns.Count;

    /// <summary>Outputs of a matrix part, or the length of a bias.</summary>
    public static long Outputs(TensorPart part) => part.Transposed || part.IsBias ? part.Columns.Count : part.Rows.Count;

    private static (string Code, string Text)? Refusal(
        TensorAssignment assignment, long hidden, Dictionary<(int, int), long> units, HashSet<(TensorRole, bool, int, int, int)> seen)
    {
        foreach (var part in assignment.Parts)
        {
            if (part.Role is TensorRole.Unknown or TensorRole.Buffer) continue;
            var width = ResidualWidth(part);
            if (width >= 0 && width != hidden) return ("layout-mismatch", $"its {width} is not the residual width {hidden}");
            if (UnitCount(part) is var count and >= 0 && (!units.TryGetValue((part.Layer, part.Expert), out var agreed) || agreed != count))
                return ("layout-mismatch", "gate, up and down disagree on the number of units");
            if (!seen.Add((part.Role, part.IsBias, part.Layer, part.Expert, part.Head))) return ("role-twice", "another tensor already has its role");
        }

        return null;
    }

    private static long ResidualWidth(TensorPart part)
    {
        if (part.IsBias) return RoleTraits.WritesResidual(part.Role) ? Outputs(part) : -1;
        if (RoleTraits.IsResidualGain(part.Role)) return part.Columns.Count;
        if (RoleTraits.ReadsResidual(part.Role)) return Inputs(part);
        return RoleTraits.WritesResidual(part.Role) ? Outputs(part) : -1;
    }

    private static long UnitCount(TensorPart part) => part.Role switch
    {
        TensorRole.Gate or TensorRole.Up => Outputs(part),
        TensorRole.Down when !part.IsBias => Inputs(part),
        _ => -1,
    };

    private static long Hidden(IReadOnlyList<TensorAssignment> assignments)
    {
        var votes = new Dictionary<long, int>();
        foreach (var part in assignments.SelectMany(assignment => assignment.Parts))
        {
            if (part.IsBias || !RoleTraits.IsMatrix(part.Role) || ResidualWidth(part) is not (var width and >= 0)) continue;
            votes[width] = votes.GetValueOrDefault(width) + 1;
        }

        if (votes.Count > 0) return votes.MaxBy(vote => (vote.Value, vote.Key)).Key;
        var embed = assignments.SelectMany(assignment => assignment.Parts).FirstOrDefault(part => part.Role == TensorRole.Embed);
        return embed?.Columns.Count ?? 0;
    }

    /// <summary>Per layer and expert, the number of units that every matrix of that FFN has; absent when they disagree.</summary>
    private static Dictionary<(int, int), long> Units(IReadOnlyList<TensorAssignment> assignments)
    {
        var units = new Dictionary<(int Layer, int Expert), long>();
        var broken = new HashSet<(int, int)>();
        foreach (var part in assignments.SelectMany(assignment => assignment.Parts))
        {
            var count = UnitCount(part);
            if (count < 0) continue;
            if (!units.TryAdd((part.Layer, part.Expert), count) && units[(part.Layer, part.Expert)] != count) broken.Add((part.Layer, part.Expert));
        }

        foreach (var ffn in broken) units.Remove(ffn);
        return units;
    }
}
