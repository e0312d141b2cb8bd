namespace Stemma.Benching;

/// <summary>A model whose descent is known.</summary>
public sealed record ZooModel
{
    public required string Name { get; init; }

    /// <summary>Its folder.</summary>
    public required string Path { get; init; }

    /// <summary>What was done to make it, in a few words, for example <c>ffn-widen 352to480</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Models that it was made from; empty for a training from random values.</summary>
    public required IReadOnlyList<string> Parents { get; init; }

    /// <summary>The trainings from random values that it goes back to; itself, if it is one.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Changes against its parents, in the words of a verdict.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>The model that started from the same random values and was trained otherwise; null for none.</summary>
    public string? SameSeedAs { get; init; }

    /// <summary>By parent: for each of its own layers the parent's layer that it continues, or null. Empty where not declared.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int?>> LayerMaps { get; init; } = new Dictionary<string, IReadOnlyList<int?>>();
}

/// <summary>What is known of a pair.</summary>
public enum PairClass
{
    /// <summary>They share a training from random values.</summary>
    Related,

    /// <summary>They share random values only: neither kin nor independent, so counted apart.</summary>
    SameSeed,

    Unrelated,
}

/// <summary>Models of known descent.</summary>
/// <param name="Name">Name of the folder.</param>
/// <param name="Models">In the order of zoo.json.</param>
public sealed record ModelZoo(string Name, IReadOnlyList<ZooModel> Models)
{
    private readonly Dictionary<string, ZooModel> _byName = Models.ToDictionary(m => m.Name, StringComparer.Ordinal);

    public ZooModel this[string name] => _byName[name];

    /// <summary>Some of the models, with everything that is known of them.</summary>
    public ModelZoo Only(params IReadOnlyCollection<string> names) => this with { Models = [.. Models.Where(m => names.Contains(m.Name))] };

    /// <summary>Related when they share a root; of one seed when their roots do.</summary>
    public PairClass ClassOf(ZooModel a, ZooModel b)
    {
        if (a.Roots.Intersect(b.Roots, StringComparer.Ordinal).Any()) return PairClass.Related;
        return a.Roots.Select(Seed).Intersect(b.Roots.Select(Seed), StringComparer.Ordinal).Any() ? PairClass.SameSeed : PairClass.Unrelated;
    }

    /// <summary>True when <paramref name="ancestor"/> is a parent, or a parent's parent, and so on.</summary>
    public bool Descends(ZooModel model, ZooModel ancestor) => PathFrom(model, ancestor) is not null;

    /// <summary>The models made on the way from an ancestor to a model, the model last; null when there is no way. Of two ways the shorter.</summary>
    public IReadOnlyList<ZooModel>? PathFrom(ZooModel model, ZooModel ancestor) =>
        model.Parents.Select(name => name == ancestor.Name ? [model] : PathFrom(this[name], ancestor) is { } way ? [.. way, model] : (List<ZooModel>?)null)
            .Where(way => way is not null).MinBy(way => way!.Count);

    /// <summary>All pairs, each once: a descendant is the subject and its ancestor the reference, else the earlier model is the reference.</summary>
    public IReadOnlyList<(ZooModel Subject, ZooModel Reference)> Pairs() =>
        [.. Models.SelectMany((later, at) => Models.Take(at).Select(earlier => Descends(earlier, later) ? (earlier, later) : (later, earlier)))];

    private string Seed(string root) => this[root].SameSeedAs is { } twin ? Seed(twin) : root;
}
