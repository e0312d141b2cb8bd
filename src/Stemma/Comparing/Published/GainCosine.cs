using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Comparing.Statistics;

namespace Stemma.Comparing.Published;

/// <summary>
/// The norm-vector trap (sionic-ai/solar-vs-glm, January 2026): the raw cosine of the gains of attention and FFN norms, same-numbered layers, mean. Gains are
/// positive and near a constant, so that unrelated models reach 0.94 to 0.99: kept here as the example of a statistic without a null.
/// </summary>
public sealed class GainCosine : IPublishedMethod
{
    private static readonly TensorRole[] Roles = [TensorRole.NormAttn, TensorRole.NormFfn];

    private readonly PerModel<float[]?[][]> _gains = new(model =>
        [.. Roles.Select(role => (float[]?[])[.. Enumerable.Range(0, model.Shape.Layers).Select(layer => model.ReadVector(role, layer))])]);

    public string Name => "gain-cosine";

    public string Source => "sionic-ai/solar-vs-glm: mean raw cosine of the norms' gains";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        if (subject.Shape.Hidden != reference.Shape.Hidden) return PublishedScore.NotApplicable($"widths {subject.Shape.Hidden} and {reference.Shape.Hidden}");
        var (here, there) = (_gains.Of(subject), _gains.Of(reference));
        var cosines = new List<double>();
        for (var role = 0; role < Roles.Length; role++)
        {
            foreach (var (x, y) in here[role].Zip(there[role]))
                if (x is not null && y is not null && x.Length == y.Length && Correlation.Cosine(x, y) is { } cosine) cosines.Add(cosine);
        }

        return cosines.Count > 0 ? new(cosines.Average()) : PublishedScore.NotApplicable("no gains in both");
    }
}
