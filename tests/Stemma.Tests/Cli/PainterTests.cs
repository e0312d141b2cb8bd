using Stemma.Cli;
using Stemma.Cli.Screen;
using Stemma.Reporting;
using Stemma.Tests.Support;

namespace Stemma.Tests.Cli;

public sealed class PainterTests
{
    [Fact]
    public void Without_colour_not_one_escape_is_printed() => Assert.DoesNotContain('\u001b', Print(colour: false));

    [Fact]
    public void Colour_adds_nothing_but_colour()
    {
        var coloured = Print(colour: true);
        Assert.Contains('\u001b', coloured);
        Assert.Equal(Print(colour: false), System.Text.RegularExpressions.Regex.Replace(coloured, "\u001b\\[[0-9;]*m", ""));
    }

    private static string Print(bool colour)
    {
        var output = new StringWriter();
        Painter.Print(new Surroundings { Out = output, Error = TextWriter.Null, Colour = colour }, ReportText.Lines(Samples.Derived));
        return output.ToString();
    }
}
