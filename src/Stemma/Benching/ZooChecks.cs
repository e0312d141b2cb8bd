using Stemma.Foundation;

namespace Stemma.Benching;

/// <summary>Refuses a descent that cannot be: unknown names, cycles, roots that are not those of the parents.</summary>
internal static class ZooChecks
{
    public static void Check(IReadOnlyList<ZooModel> models)
    {
        if (models.GroupBy(m => m.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) throw Refuse($"two models called {twice.Key}", "one");
        var byName = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
        foreach (var model in models)
        {
            foreach (var name in model.Parents.Concat(model.Roots).Concat(model.LayerMaps.Keys).Append(model.SameSeedAs ?? model.Name))
                if (!byName.ContainsKey(name)) throw Refuse($"{model.Name} speaks of {name}", "a model of this zoo");
            foreach (var parent in model.LayerMaps.Keys)
                if (!model.Parents.Contains(parent)) throw Refuse($"{model.Name} has a layer map to {parent}", "one to a parent");
        }

        // Each round settles the models whose parents are settled; what is left over goes round in a circle.
        var roots = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        for (var settled = -1; settled != roots.Count;)
        {
            settled = roots.Count;
            foreach (var model in models.Where(m => !roots.ContainsKey(m.Name) && m.Parents.All(roots.ContainsKey)))
                roots[model.Name] = model.Parents.Count == 0 ? [model.Name] : [.. model.Parents.SelectMany(p => roots[p])];
        }

        if (models.FirstOrDefault(m => !roots.ContainsKey(m.Name)) is { } lost) throw Refuse($"{lost.Name} descends from itself or from a circle", "parents that were there before");
        if (models.FirstOrDefault(m => !roots[m.Name].SetEquals(m.Roots)) is { } wrong)
            throw Refuse($"{wrong.Name} has the roots {string.Join(", ", wrong.Roots)}", $"those of its parents: {string.Join(", ", roots[wrong.Name].Order(StringComparer.Ordinal))}");
        foreach (var model in models.Where(m => m.SameSeedAs is not null)) CheckSeed(model, byName);
    }

    public static StemmaException Refuse(string found, string allowed) => new(FaultCode.ZooInvalid, ZooReader.FileName, null, found, allowed, "Repair the file");

    private static void CheckSeed(ZooModel model, Dictionary<string, ZooModel> byName)
    {
        if (model.Parents.Count > 0) throw Refuse($"{model.Name} has parents and a seed of its own", "same_seed_as for trainings from random values only");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = model; at.SameSeedAs is { } twin; at = byName[twin])
        {
            if (!seen.Add(at.Name)) throw Refuse($"the seed of {model.Name} goes round in a circle", "the model whose seed it was");
            if (byName[twin].Parents.Count > 0) throw Refuse($"{at.Name} has the seed of {twin}, which has parents", "a training from random values");
        }
    }
}
