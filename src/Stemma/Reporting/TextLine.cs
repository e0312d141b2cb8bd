namespace Stemma.Reporting;

/// <summary>How a line is meant, so that a screen may colour it. The text alone says everything.</summary>
public enum TextTone
{
    Plain,

    /// <summary>The answer.</summary>
    Headline,

    /// <summary>The title of a section.</summary>
    Heading,

    /// <summary>Explanation that may be skipped.</summary>
    Faint,

    /// <summary>Something that limits the answer.</summary>
    Warning,
}

/// <summary>One line of a text report, without its line break.</summary>
public sealed record TextLine(string Text, TextTone Tone = TextTone.Plain);
