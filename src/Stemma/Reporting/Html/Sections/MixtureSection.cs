using Stemma.Foundation;
using Stemma.Judging.Families;
using Stemma.Reporting.Html.Charts;

namespace Stemma.Reporting.Html.Sections;

/// <summary>Models that were put together from others, with how much of each.</summary>
internal static class MixtureSection
{
    public static void Write(HtmlText page, IReadOnlyList<Mixture> mixtures, FigureNumbers numbers)
    {
        if (mixtures.Count == 0) return;
        page.Element("h2", "Put together from others");
        foreach (var mixture in mixtures)
        {
            page.Element("h3", $"{mixture.Child}: {mixture.OperationName} ({Kebab.Of(mixture.Kind)})").Element("p", mixture.Detail);
            if (!mixture.DirectionKnown) page.Element("p", "Which of these models is the mixture, and which its parents, does not show.", "note");
            if (mixture.Layers.Count > 0) numbers.Add(page, ShareChart.OfStack(mixture), "Which layer comes from whom.");
            if (mixture.Parents.Any(parent => parent.Share is not null)) numbers.Add(page, ShareChart.OfParents(mixture), "Share of each parent, with twice its standard error where it is known.");
            if (mixture.ShareByLayer.Count > 1) numbers.Add(page, ShareLines(mixture), "The shares layer by layer.");
        }
    }

    private static string ShareLines(Mixture mixture) => LayerLines.Draw(
        [.. mixture.Parents.Take(Legend.Kinds.Length).Select((parent, at) => (parent.Name, (IReadOnlyList<double>)[.. mixture.ShareByLayer.Select(layer => layer.Shares[at])]))],
        [.. mixture.ShareByLayer.Select(layer => new Judging.LayerMatch(layer.Layer, layer.Layer, 1))]);
}
