using Stemma.Foundation;

namespace Stemma.Reporting;

/// <summary>Sentences made safe for a screen and broken into lines.</summary>
public static class ShownText
{
    /// <summary>Escapes as <see cref="SafeText"/> does, word by word, so that a long sentence is not cut.</summary>
    public static string Escape(string text) => string.Join(' ', text.Split(' ').Select(SafeText.Escape));

    /// <summary>Breaks a text at spaces into lines of at most <paramref name="width"/> characters; a longer word is cut at a hyphen, or hard. Never gives no line.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        width = Math.Max(1, width);
        var lines = new List<string>();
        var line = "";
        // A percent sign stays with its number.
        foreach (var whole in Escape(text).Replace(" %", "\u00A0%").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace('\u00A0', ' ')))
        {
            var word = whole;
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = "";
            }

            while (word.Length > width)
            {
                var hyphen = word.LastIndexOf('-', width - 1);
                var cut = hyphen > 0 ? hyphen + 1 : width;
                lines.Add(word[..cut]);
                word = word[cut..];
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0 || lines.Count == 0) lines.Add(line);
        return lines;
    }
}
