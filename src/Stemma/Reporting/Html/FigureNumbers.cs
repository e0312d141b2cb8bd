namespace Stemma.Reporting.Html;

/// <summary>Puts a picture on the page with its number and with the words that it needs.</summary>
internal sealed class FigureNumbers
{
    private int _last;

    public void Add(HtmlText page, string svg, string caption) =>
        page.Open("figure").Markup(svg).Open("figcaption").Element("b", $"Figure {++_last}. ").Text(caption).Close().Close();
}
