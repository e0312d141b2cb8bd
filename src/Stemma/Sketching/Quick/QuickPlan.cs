using Stemma.Anatomy;
using Stemma.Checkpoints.Tensors;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching.Quick;

/// <summary>What a quick sketch reads of a model, decided from its header alone.</summary>
internal sealed class QuickPlan
{
    private readonly Recipe _recipe;
    private readonly Dictionary<int, LayerPlan> _layers;

    private sealed record LayerPlan(TensorRole Witness, long Total, int[] Experts, int Seeded);

    public QuickPlan(ModelAnatomy anatomy, TokenTable? tokens, Recipe recipe, GainBook gains)
    {
        _recipe = recipe;
        var matrices = anatomy.Assignments.Where(a => !RecipeSizing.IsVector(a.Tensor)).ToList();
        _layers = matrices.SelectMany(a => a.Parts).Where(IsUnitPart).GroupBy(part => part.Layer).ToDictionary(layer => layer.Key, layer => PlanOf([.. layer]));
        var vocabulary = matrices.Where(a => a.Parts.Any(p => !p.IsBias && p.Role is TensorRole.Embed or TensorRole.LmHead)).Select(a => a.Tensor.Rows).DefaultIfEmpty(0).Min();
        var choice = AnchorChoice.Make(tokens, vocabulary, recipe.Anchors);
        Anchors = new(choice, matrices.OrderBy(a => a.Tensor.Name, StringComparer.Ordinal).SelectMany(a => a.Parts), gains);
        int[] ids = [.. choice.Tokens.Select(token => token.Id).Order()];
        Matrices = [.. matrices.OrderBy(a => a.Tensor.File).ThenBy(a => a.Tensor.Offset).Select(a => new QuickMatrix(a, PartsOf(a, gains, ids)))];
    }

    public IReadOnlyList<QuickMatrix> Matrices { get; }

    public AnchorCollector Anchors { get; }

    /// <summary>The units of all layers, when everything was read.</summary>
    public List<LayerUnits> Units()
    {
        var parts = Matrices.SelectMany(m => m.Parts).Where(part => part.Kept is not null).ToLookup(part => part.Part.Layer);
        return [.. parts.OrderBy(layer => layer.Key).Select(layer => Pack(layer.Key, [.. layer])).OfType<LayerUnits>()];
    }

    private LayerUnits? Pack(int layer, List<QuickPart> parts)
    {
        var plan = _layers[layer];
        var (experts, indices) = (new List<int>(), new List<int>());
        foreach (var witness in plan.Experts.Select(expert => parts.Find(p => p.Part.Role == plan.Witness && p.Part.Expert == expert)).OfType<QuickPart>())
        {
            experts.AddRange(witness.Rows.Select(_ => witness.Part.Expert));
            indices.AddRange(witness.Rows);
        }

        if (indices.Count == 0) return null;
        var all = plan.Total <= _recipe.UnitsPerLayer;
        var level = all ? 0 : (int)Math.Ceiling(Math.Log2(plan.Total / (_recipe.UnitsPerLayer / 2.0)));
        var choice = all ? UnitChoice.ByIndex | UnitChoice.ByContent : UnitChoice.ByIndex;
        var norms = new float[indices.Count * 3];
        var (gate, up) = (Directions(TensorRole.Gate, 0), Directions(TensorRole.Up, 1));
        return new(layer, checked((int)plan.Total), level, [.. experts], [.. indices], [.. indices.Select(_ => choice)], gate, up, [], norms);

        sbyte[] Directions(TensorRole role, int slot)
        {
            if (!parts.Exists(p => p.Part.Role == role)) return [];
            var bytes = new sbyte[indices.Count * Recipe.Projection];
            foreach (var part in parts.Where(p => p.Part.Role == role).DistinctBy(p => p.Part.Expert))
            {
                var places = part.Rows.Select((row, at) => (row, at)).ToDictionary(p => p.row, p => p.at);
                for (var i = 0; i < indices.Count; i++)
                {
                    if (experts[i] != part.Part.Expert || !places.TryGetValue(indices[i], out var at)) continue;
                    QuantisedDirection.Write(part.Kept!.Of(at), bytes.AsSpan(i * Recipe.Projection, Recipe.Projection));
                    norms[(i * 3) + slot] = MathF.Sqrt(part.Kept.Squares[at]);
                }
            }

            return bytes;
        }
    }

    private LayerPlan PlanOf(List<TensorPart> parts)
    {
        var witness = parts.Exists(p => p.Role == TensorRole.Gate) ? TensorRole.Gate : TensorRole.Up;
        var witnesses = parts.Where(p => p.Role == witness).OrderBy(p => p.Expert).DistinctBy(p => p.Expert).ToList();
        var total = witnesses.Sum(p => PartPass.SizesOf(p).Units);
        var seeded = total <= _recipe.UnitsPerLayer ? int.MaxValue : UnitSelection.SeededPerExpert(_recipe.UnitsPerLayer, witnesses.Count);
        return new(witness, total, [.. witnesses.Select(p => p.Expert)], seeded);
    }

    private List<QuickPart> PartsOf(TensorAssignment assignment, GainBook gains, int[] tokens)
    {
        var tensor = assignment.Tensor;
        if (!ReferenceEquals(StreamLayout.Of(tensor), tensor) || !tensor.Type.IsReal()) return [];
        return [.. assignment.Parts.Where(PartPass.CanHold).Select(part => new QuickPart(
            part, IsUnitPart(part) ? _layers[part.Layer].Seeded : 0, gains, Anchors.For(part), tokens, _recipe.LinearSize))];
    }

    /// <summary>A unit is a row here: where units lie along the columns a few of them cannot be had without reading everything.</summary>
    private static bool IsUnitPart(TensorPart part) => !part.IsBias && part.Role is TensorRole.Gate or TensorRole.Up && PartPass.HasUnitsInRows(part) && PartPass.CanHold(part);
}
