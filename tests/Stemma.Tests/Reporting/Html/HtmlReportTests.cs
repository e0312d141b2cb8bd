using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Stemma.Comparing;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Reporting;
using Stemma.Reporting.Html;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Html;

public sealed class HtmlReportTests
{
    private const string Evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'`&\u202egpj.exe\u001b[31m";

    [Fact]
    public void The_sentence_of_the_verdict_comes_first_and_everything_else_stands_below()
    {
        var main = BodyOf(Page(Samples.Derived));
        Assert.Equal("h1", main.Elements().ElementAt(1).Name.LocalName);
        Assert.StartsWith("suspect was derived from parent", main.Element("h1")!.Value);
        var text = main.Value;
        string[] inOrder = ["Changes found", "moge-upcycled", "Who came first", "Exact evidence", "Calibrated evidence", "Descriptive evidence", "Pictures", "Limits of this answer", "replay-possible", "Methods", "What was compared",
            "9f86d081884c7d659a2feaa0c55ad015", "How to check this yourself", "stemma verify"];
        var places = inOrder.Select(words => text.IndexOf(words, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains("If there were nothing to find: The models were initialised and trained independently", text);
        Assert.Contains("355 of 355", text);
    }

    [Fact]
    public void Same_input_gives_the_same_bytes_whatever_the_order_of_evidence() =>
        Assert.Equal(Page(Samples.Derived), Page(Samples.Derived with { Evidence = [.. Samples.Derived.Evidence.Reverse()] }));

    [Fact]
    public void Every_picture_says_in_words_what_it_shows_and_stands_in_a_figure()
    {
        var pictures = BodyOf(Page(Samples.Derived)).Descendants("figure").Elements("svg").ToList();
        Assert.True(pictures.Count >= 4);
        Assert.All(pictures, svg =>
        {
            Assert.Equal("img", (string?)svg.Attribute("role"));
            Assert.Equal((string?)svg.Attribute("aria-label"), svg.Element("title")!.Value);
            Assert.NotEmpty(svg.Element("title")!.Value);
            foreach (var number in svg.Descendants().Attributes().Where(a => a.Name.LocalName is "x" or "y" or "cx" or "cy" or "width" or "height"))
                Assert.True(double.IsFinite(double.Parse(number.Value, CultureInfo.InvariantCulture)), number.ToString());
        });
    }

    [Fact]
    public void What_a_stranger_named_stays_text()
    {
        var evil = Samples.Derived with
        {
            Subject = Samples.Derived.Subject with { Name = Evil, Architecture = Evil },
            Reference = Samples.Derived.Reference with { Name = Evil + "2" },
            Verdict = Samples.Derived.Verdict with { Summary = Evil, Operations = [new(Evil, Evil)], DirectionEvidence = [new(Evil, Evil)] },
            Caveats = [new(Evil, Evil)],
            Evidence = [.. Samples.Derived.Evidence.Select(one => one with { Method = Evil, Detail = Evil, Series = [.. one.Series.Select(s => s with { Name = Evil, Panel = s.Panel.Length > 0 ? Evil : "" })] })],
        };
        Harmless(Page(evil));
        Harmless(HtmlReport.Write(new(Samples.Family with { Mixtures = [.. Samples.Family.Mixtures.Select(m => m with { Child = Evil, Detail = Evil, Parents = [.. m.Parents.Select(p => p with { Name = Evil })] })] }, [])));
    }

    [Fact]
    public void Any_name_at_all_stays_text() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(), name => Harmless(Page(Samples.With(Relation.Derived, name ?? "", name + "<b>")))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(Relation.Identical)]
    [InlineData(Relation.Derived)]
    [InlineData(Relation.Merged)]
    [InlineData(Relation.CommonOrigin)]
    [InlineData(Relation.Unrelated)]
    [InlineData(Relation.Inconclusive)]
    public void Every_answer_has_a_page_that_says_what_it_means(Relation relation) =>
        Assert.Contains(VerdictWords.Meaning(relation), BodyOf(Page(Samples.With(relation, "a", "b"))).Value);

    [Fact]
    public void Numbers_that_are_missing_or_beyond_all_bounds_break_no_picture()
    {
        EvidenceSeries[] series = [new("s", [double.NaN, double.PositiveInfinity, 1], "P"), new("r", [0, 0, 0, 0], "P"), new("lone", [double.NaN, 1, 1, 1, 1])];
        var evidence = Samples.Derived.Evidence[1] with { Log10P = double.NegativeInfinity, Effect = double.NaN, Series = series };
        Harmless(Page(Samples.Derived with { Evidence = [evidence], Verdict = Samples.Derived.Verdict with { Log10P = double.NegativeInfinity }, LayerMap = [.. Samples.Derived.LayerMap.Select(m => m with { Score = double.NaN })] }));
    }

    [Fact]
    public void Models_of_many_layers_and_of_two_depths_are_drawn()
    {
        var curve = Enumerable.Range(0, 96).Select(at => Math.Sin(at / 9.0)).ToList();
        var deep = Samples.Derived with
        {
            Evidence = [Samples.Derived.Evidence[0] with { Series = [new("s", curve, "Q"), new("r", [.. curve.Take(80)], "Q")] }],
            LayerMap = [.. Enumerable.Range(0, 80).Select(at => new LayerMatch(at + (at / 40 * 16), at, 0.9))],
        };
        var page = Page(deep);
        Harmless(page);
        Assert.Contains("depth (subject 96 layers, reference 80)", page);
    }

    /// <summary>WCAG 2.2, success criterion 1.4.3: text has a contrast of at least 4.5 to what it stands on.</summary>
    [Fact]
    public void Text_can_be_read_in_light_and_in_dark()
    {
        var palettes = Regex.Matches(HtmlStyle.Sheet, @":root \{([^}]*)\}").Select(match => Regex.Matches(match.Groups[1].Value, "--([a-z]+):(#[0-9a-f]{6})").ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value)).ToList();
        Assert.Equal(2, palettes.Count);
        Assert.All(palettes, palette => Assert.All(
            (string[])["ink/page", "soft/page", "ink/panel", "soft/panel", "ink/warn", "page/heat"],
            pair => Assert.True(Contrast(palette[pair.Split('/')[0]], palette[pair.Split('/')[1]]) >= 4.5, pair)));
        Assert.All(palettes, palette => Assert.All((string[])["subject", "reference", "third", "mark"], line => Assert.True(Contrast(palette[line], palette["page"]) >= 3, line)));
    }

    private static double Contrast(string one, string other)
    {
        double Light(string colour) => Enumerable.Range(0, 3).Sum(at =>
        {
            var part = Convert.ToInt32(colour.Substring(1 + (2 * at), 2), 16) / 255.0;
            return new[] { 0.2126, 0.7152, 0.0722 }[at] * (part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4));
        });
        var (a, b) = (Light(one) + 0.05, Light(other) + 0.05);
        return Math.Max(a, b) / Math.Min(a, b);
    }

    private static string Page(ComparisonResult pair) => HtmlReport.Write(new(new FamilyFindings([pair], []), []));

    /// <summary>The body is well-formed XML, which no unescaped text would leave it.</summary>
    private static XElement BodyOf(string page) => XElement.Parse(page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.IndexOf("</main>", StringComparison.Ordinal) + 7)]);

    private static void Harmless(string page)
    {
        var main = BodyOf(page);
        string[] allowed = ["main", "p", "h1", "h2", "h3", "h4", "figure", "figcaption", "svg", "title", "rect", "circle", "line", "path", "text", "div", "span", "b", "dl", "dt", "dd", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
            "sup", "code", "pre", "footer"];
        Assert.All(main.DescendantsAndSelf(), element => Assert.Contains(element.Name.LocalName, allowed));
        Assert.DoesNotContain(main.Descendants().Attributes(), attribute => attribute.Name.LocalName is "href" or "src" or "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain(page, letter => letter != '\n' && (char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format));
        Assert.DoesNotContain("NaN", Regex.Replace(page, ">[^<]*<", "><"), StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(page, "<title>[^<]*</title>\n<style>"));
    }
}
