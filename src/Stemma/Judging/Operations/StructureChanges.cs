using Stemma.Comparing;
using Stemma.Comparing.Alignment;
using Stemma.Fingerprints;
using Stemma.Sketching.Kinds;

namespace Stemma.Judging.Operations;

/// <summary>Layers added or removed, FFNs widened or narrowed, dense models turned into experts.</summary>
internal static class StructureChanges
{
    /// <summary>Two layers of one model whose units are the same, number by number, are copies: independent layers agree on one unit in a hundred.</summary>
    private const double CopiedShare = 0.5;

    public static IEnumerable<FoundOperation> Find(Findings findings)
    {
        var (subject, reference) = (findings.Pair.Subject, findings.Pair.Reference);
        foreach (var found in Layers(findings.Pair)) yield return found;
        if (subject.Shape.Experts != reference.Shape.Experts)
        {
            foreach (var found in Experts(findings.Pair)) yield return found;
        }
        else if (subject.Shape.Ffn != reference.Shape.Ffn && subject.Shape.Ffn > 0 && reference.Shape.Ffn > 0)
        {
            yield return new(new(
                subject.Shape.Ffn > reference.Shape.Ffn ? "ffn-widened" : "ffn-narrowed",
                $"The FFN has {subject.Shape.Ffn} units a layer, the reference {reference.Shape.Ffn}."));
        }
    }

    private static IEnumerable<FoundOperation> Layers(PairContext pair)
    {
        var (here, there, matched) = (pair.Subject.Shape.Layers, pair.Reference.Shape.Layers, pair.Layers.Pairs.Count);
        if (here == there || matched == 0) yield break;
        var copies = CopiedLayers(here > there ? pair.Subject : pair.Reference);
        var shown = string.Join(", ", copies.Select(c => $"{c.First} and {c.Second}"));
        var detail = $"{here} layers against {there}; {matched} of them correspond."
            + (copies.Count > 0 ? $" The deeper model holds copied layers: {shown}." : "");
        var direction = copies.Count == 0 ? Direction.Undetermined : here > there ? Direction.SubjectFromReference : Direction.ReferenceFromSubject;
        yield return new(new(here > there ? "layers-added" : "layers-removed", detail), direction);
    }

    private static List<(int First, int Second)> CopiedLayers(Fingerprint model)
    {
        var units = model.Sketch.Units;
        var copies = new List<(int, int)>();
        for (var i = 0; i < units.Count; i++)
            for (var j = i + 1; j < units.Count; j++)
                if (UnitPairs.Match(units[i], units[j]).Share > CopiedShare) copies.Add((units[i].Layer, units[j].Layer));
        return copies;
    }

    private static IEnumerable<FoundOperation> Experts(PairContext pair)
    {
        var (subject, reference) = (pair.Subject, pair.Reference);
        if (subject.Shape.Experts > 0 && reference.Shape.Experts > 0) yield break;
        var upcycled = subject.Shape.Experts > 0;
        var (sparse, dense) = upcycled ? (subject, reference) : (reference, subject);
        var turned = pair.Deep is { Matched.Count: > 0 } deep ? deep : null;
        var share = turned is null ? FromDense(sparse.Sketch.Units, dense.Sketch.Units) : (Rate: turned.Matched.Average(p => p.Units), Copies: false);
        var detail = $"{sparse.Shape.Experts} routed experts of {sparse.Shape.ExpertFfn} units"
            + (sparse.Shape.ExpertGroups > 1 ? $" in {sparse.Shape.ExpertGroups} groups" : "")
            + $" where the other model has one FFN of {dense.Shape.Ffn}; "
            + (turned is null ? $"{share.Rate:P0} of the experts' units have their counterpart there" : $"in the recovered basis {share.Rate:P0} of the units meet") + (share.Copies ? ", several of them the same one." : ".");
        // Experts that hold copies were cut from the dense model, whichever side it stands on; a dense subject of experts without copies may be their collapse.
        // In a recovered basis copies are not counted: that one was made into the other is named, not which.
        var name = !upcycled && !share.Copies && turned is null ? "moe-collapsed" : sparse.Shape.ExpertGroups > 1 ? "moge-upcycled" : "moe-upcycled";
        var direction = !share.Copies ? Direction.Undetermined : upcycled ? Direction.SubjectFromReference : Direction.ReferenceFromSubject;
        yield return new(new(name, detail), direction);
    }

    /// <summary>Share of the experts' units that both witnesses find in the dense model, and whether several experts hold the same unit.</summary>
    private static (double Rate, bool Copies) FromDense(IReadOnlyList<LayerUnits> sparse, IReadOnlyList<LayerUnits> dense)
    {
        var (found, asked, copied) = (0.0, 0, 0);
        foreach (var (a, b) in sparse.Zip(dense))
        {
            if (Witnesses.Agreements(a, b) is not { } agreements) continue;
            asked += agreements.Asked;
            found += agreements.Targets.Count;
            copied += agreements.Targets.Count - agreements.Targets.Distinct().Count();
        }

        return asked == 0 ? (0, false) : (found / asked, copied > found / 4);
    }
}
