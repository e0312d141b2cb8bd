namespace Stemma.Anatomy.Families;

/// <summary>Turns architecture files into families: follows <c>extends</c>, reads the words, refuses what it does not know.</summary>
internal static class ArchitectureBuilder
{
    private static readonly Dictionary<string, SplitRule> Splits = new()
    {
        ["qkv-contiguous"] = SplitRule.QkvContiguous,
        ["qkv-per-head"] = SplitRule.QkvPerHead,
        ["qkv-per-group"] = SplitRule.QkvPerGroup,
        ["qkv-falcon"] = SplitRule.QkvFalcon,
        ["kv-contiguous"] = SplitRule.KvContiguous,
        ["gate-up"] = SplitRule.GateUp,
        ["up-gate"] = SplitRule.UpGate,
        ["gate-up-state"] = SplitRule.GateUpState,
        ["gate-up-interleaved"] = SplitRule.GateUpInterleaved,
    };

    /// <summary>The word for tensors that belong to the family and have no role: they take part by name and shape.</summary>
    private const string Named = "named";

    /// <summary>Builds every family.</summary>
    /// <exception cref="Foundation.StemmaException">A file is broken: <see cref="Foundation.FaultCode.ArchitectureInvalid"/>.</exception>
    public static IReadOnlyList<ArchitectureFamily> Build(IReadOnlyList<ArchitectureFile> files)
    {
        var byName = new Dictionary<string, ArchitectureFile>();
        foreach (var file in files)
        {
            if (!byName.TryAdd(file.Name, file)) throw ArchitectureFile.Invalid(file.Name, "two files with one name");
        }

        return [.. files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => Build(file, byName))];
    }

    private static ArchitectureFamily Build(ArchitectureFile file, Dictionary<string, ArchitectureFile> byName)
    {
        var line = Ancestry(file, byName);
        var patterns = new Dictionary<string, TensorPattern>(StringComparer.Ordinal);
        var input = new Dictionary<TensorRole, IReadOnlyList<GainRule>>();
        var output = new Dictionary<TensorRole, IReadOnlyList<GainRule>>();
        IReadOnlyList<string> roots = [];
        var offset = 0f;
        foreach (var one in line)
        {
            roots = one.Roots ?? roots;
            offset = one.GainOffset ?? offset;
            foreach (var (name, words) in one.Tensors) Put(patterns, one.Name, name, words);
            foreach (var (roles, gains) in one.InputGains) Put(input, one.Name, roles, gains);
            foreach (var (roles, gains) in one.OutputGains) Put(output, one.Name, roles, gains);
        }

        if (patterns.Count == 0) throw ArchitectureFile.Invalid(file.Name, "no tensors");
        return new ArchitectureFamily
        {
            Name = file.Name,
            ModelTypes = file.ModelTypes,
            Depth = line.Count,
            Roots = roots,
            GainOffset = offset,
            InputGains = input,
            OutputGains = output,
            Patterns = patterns,
        };
    }

    private static List<ArchitectureFile> Ancestry(ArchitectureFile file, Dictionary<string, ArchitectureFile> byName)
    {
        var line = new List<ArchitectureFile> { file };
        while (line[0].Extends is { } parent)
        {
            if (!byName.TryGetValue(parent, out var found)) throw ArchitectureFile.Invalid(file.Name, $"extends {parent}", "a family that exists");
            if (line.Contains(found)) throw ArchitectureFile.Invalid(file.Name, $"extends itself by way of {parent}");
            line.Insert(0, found);
        }

        return line;
    }

    private static void Put(Dictionary<string, TensorPattern> patterns, string file, string name, string? words)
    {
        var (key, layerAt, expertAt) = Key(file, name);
        if (words is null)
        {
            if (!patterns.Remove(key)) throw ArchitectureFile.Invalid(file, $"{name} is taken away but was never there");
            return;
        }

        var parts = words.Split(' ');
        var split = Splits.GetValueOrDefault(parts[0]);
        var role = split == SplitRule.None && parts[0] != Named ? Role(file, parts[0]) : TensorRole.Unknown;
        var flags = parts[1..];
        foreach (var flag in flags)
        {
            if (flag is not ("shared" or "parameter" or "bias" or "stacked" or "transposed" or "either-way"))
                throw ArchitectureFile.Invalid(file, $"{name}: {flag}", "shared, parameter, bias, stacked, transposed, either-way");
        }

        patterns[key] = new TensorPattern
        {
            Key = key,
            LayerAt = layerAt,
            ExpertAt = expertAt,
            Role = role,
            Split = split,
            Storage = flags.Contains("transposed") ? Storage.Transposed : flags.Contains("either-way") ? Storage.Either : Storage.Linear,
            Shared = flags.Contains("shared"),
            Parameter = flags.Contains("parameter"),
            Bias = flags.Contains("bias"),
            Stacked = flags.Contains("stacked"),
        };
    }

    private static (string Key, int LayerAt, int ExpertAt) Key(string file, string name)
    {
        var segments = name.Split('.');
        int layerAt = -1, expertAt = -1, numbers = 0;
        for (var s = 0; s < segments.Length; s++)
        {
            if (segments[s] == "{i}") layerAt = numbers++;
            else if (segments[s] == "{e}") expertAt = numbers++;
            else if (segments[s].Length == 0 || segments[s].AsSpan().ContainsAny("{}#") || segments[s].All(char.IsAsciiDigit))
                throw ArchitectureFile.Invalid(file, name, "dotted words, {i} and {e}");
            if (segments[s] is "{i}" or "{e}") segments[s] = "#";
        }

        if (numbers != (layerAt >= 0 ? 1 : 0) + (expertAt >= 0 ? 1 : 0)) throw ArchitectureFile.Invalid(file, name, "{i} and {e} at most once");
        return (string.Join('.', segments), layerAt, expertAt);
    }

    private static void Put(Dictionary<TensorRole, IReadOnlyList<GainRule>> gains, string file, string roles, string rules)
    {
        List<GainRule> list = [];
        foreach (var rule in rules.Split('|'))
        {
            var previous = rule.EndsWith("@previous", StringComparison.Ordinal);
            var role = Role(file, previous ? rule[..^"@previous".Length] : rule);
            if (!RoleTraits.IsGain(role)) throw ArchitectureFile.Invalid(file, rule, "a gain's role");
            list.Add(new GainRule(role, previous));
        }

        foreach (var role in roles.Split(' ')) gains[Role(file, role)] = list;
    }

    private static TensorRole Role(string file, string word) =>
        Enum.TryParse<TensorRole>(word, ignoreCase: false, out var role) && role != TensorRole.Unknown && !char.IsAsciiDigit(word[0])
            ? role
            : throw ArchitectureFile.Invalid(file, word, "a role or a split rule");
}
