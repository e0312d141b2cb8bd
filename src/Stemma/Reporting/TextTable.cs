using System.Text;

namespace Stemma.Reporting;

/// <summary>A column: its title, and whether it takes the room that the others leave.</summary>
internal sealed record TextColumn(string Title, bool Flexible = false, bool Right = false);

/// <summary>Columns side by side without rules or boxes, two spaces apart, cells wrapped: readable in a log, on paper and at 80 columns. A row of one cell spans all columns.</summary>
internal static class TextTable
{
    private const int Indent = 2;
    private const int Gap = 2;
    private const int WidestFixed = 26;
    private const int NarrowestFixed = 8;
    private const int NarrowestFlexible = 14;

    public static IEnumerable<TextLine> Lines(IReadOnlyList<TextColumn> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var widths = Widths(columns, rows, width);
        foreach (var line in Row([.. columns.Select(column => column.Title)], columns, widths)) yield return new(line, TextTone.Faint);
        foreach (var row in rows)
        {
            if (row.Count == 1 && columns.Count > 1)
            {
                foreach (var line in ShownText.Wrap(row[0], width - Indent)) yield return new(new string(' ', Indent) + line, TextTone.Faint);
                continue;
            }

            foreach (var line in Row(row, columns, widths)) yield return new(line);
        }
    }

    private static int[] Widths(IReadOnlyList<TextColumn> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        var widths = new int[columns.Count];
        for (var at = 0; at < widths.Length; at++)
        {
            var longest = rows.Where(row => row.Count == columns.Count).Select(row => ShownText.Escape(row[at]).Length).Append(columns[at].Title.Length).Max();
            widths[at] = columns[at].Flexible ? 0 : Math.Min(longest, WidestFixed);
        }

        var flexible = columns.Count(column => column.Flexible);
        if (flexible == 0) return widths;
        var room = width - Indent - Gap * (columns.Count - 1);
        while (room - widths.Sum() < flexible * NarrowestFlexible && widths.Max() > NarrowestFixed) widths[Array.IndexOf(widths, widths.Max())]--;
        var left = room - widths.Sum();
        for (var at = 0; at < widths.Length; at++)
        {
            if (columns[at].Flexible) widths[at] = Math.Max(NarrowestFlexible, left / flexible);
        }

        return widths;
    }

    private static IEnumerable<string> Row(IReadOnlyList<string> cells, IReadOnlyList<TextColumn> columns, int[] widths)
    {
        var wrapped = cells.Select((cell, at) => ShownText.Wrap(cell, widths[at])).ToList();
        var height = wrapped.Max(cell => cell.Count);
        for (var down = 0; down < height; down++)
        {
            var line = new StringBuilder(new string(' ', Indent));
            for (var at = 0; at < widths.Length; at++)
            {
                if (at > 0) line.Append(' ', Gap);
                var text = down < wrapped[at].Count ? wrapped[at][down] : "";
                line.Append(columns[at].Right ? text.PadLeft(widths[at]) : text.PadRight(widths[at]));
            }

            yield return line.ToString().TrimEnd();
        }
    }
}
