using Stemma.Reporting;

namespace Stemma.Cli.Screen;

/// <summary>Puts lines on the screen, with a colour per tone where colours are wanted.</summary>
internal static class Painter
{
    private const string Reset = "\u001b[0m";

    public static void Print(Surroundings around, IEnumerable<TextLine> lines)
    {
        foreach (var line in lines)
        {
            var colour = around.Colour ? Colour(line.Tone) : "";
            around.Out.WriteLine(colour.Length == 0 || line.Text.Length == 0 ? line.Text : colour + line.Text + Reset);
        }
    }

    private static string Colour(TextTone tone) => tone switch
    {
        TextTone.Headline => "\u001b[1m",
        TextTone.Heading => "\u001b[1;36m",
        TextTone.Faint => "\u001b[2m",
        TextTone.Warning => "\u001b[33m",
        _ => "",
    };
}
