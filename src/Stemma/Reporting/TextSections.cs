namespace Stemma.Reporting;

/// <summary>The parts that every text report is made of: titled sections, and lists of a word and its explanation.</summary>
public static class TextSections
{
    private static readonly TextColumn[] NameAndText = [new(""), new("", Flexible: true)];

    /// <summary>Adds an empty line, the title and the body; nothing when the body is empty.</summary>
    public static void AddSection(this List<TextLine> lines, string title, IEnumerable<TextLine> body)
    {
        var all = body.ToList();
        if (all.Count == 0) return;
        lines.Add(new(""));
        lines.Add(new(title, TextTone.Heading));
        lines.AddRange(all);
    }

    /// <summary>A word and its explanation per row.</summary>
    public static IEnumerable<TextLine> Pairs(IEnumerable<(string Name, string Text)> pairs, int width, TextTone tone = TextTone.Plain)
    {
        var rows = pairs.Select(pair => (IReadOnlyList<string>)[pair.Name, pair.Text]).ToList();
        return TextTable.Lines(NameAndText, rows, width).Skip(1).Select(line => line with { Tone = tone });
    }
}
