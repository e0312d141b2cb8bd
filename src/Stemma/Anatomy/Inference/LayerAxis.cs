namespace Stemma.Anatomy.Inference;

/// <summary>Finds the number that counts layers: the one whose values run from zero without a gap, behind the text that most tensors share.</summary>
internal static class LayerAxis
{
    /// <summary>Fewest tensors in each layer.</summary>
    private const int FewestTensors = 3;

    /// <summary>The text before the layer number; null when no number counts layers.</summary>
    public static string? FindStem(IReadOnlyList<NameWords> names)
    {
        var stems = new Dictionary<string, Dictionary<int, int>>();
        foreach (var number in names.SelectMany(name => name.Numbers))
        {
            if (!stems.TryGetValue(number.Stem, out var values)) stems[number.Stem] = values = [];
            values[number.Value] = values.GetValueOrDefault(number.Value) + 1;
        }

        return stems.Where(stem => Counts(stem.Value))
            .OrderByDescending(stem => stem.Value.Count > 1)
            .ThenByDescending(stem => stem.Value.Values.Sum())
            .ThenBy(stem => stem.Key.Length)
            .ThenBy(stem => stem.Key, StringComparer.Ordinal)
            .Select(stem => stem.Key)
            .FirstOrDefault();
    }

    private static bool Counts(Dictionary<int, int> values) =>
        values.Keys.Max() == values.Count - 1 && values.Values.All(count => count >= FewestTensors);
}
