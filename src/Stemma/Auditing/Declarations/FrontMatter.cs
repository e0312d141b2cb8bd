using Stemma.Auditing.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Stemma.Auditing.Declarations;

/// <summary>
/// The block between two lines of hyphens that a README of a model begins with. Only its plain values are read, event by event and within limits; aliases, which could stand for a billion values, end the reading.
/// </summary>
/// <param name="Values">Keys of the first level with their values and lines in the README, from 1.</param>
/// <param name="Problem">Why it could not be read to its end; empty when it was.</param>
internal sealed record FrontMatter(IReadOnlyList<(string Key, string Value, int Line)> Values, string Problem)
{
    private const int MostLines = 2_000, MostEvents = 20_000, MostDepth = 16;

    /// <summary>Reads the front matter of a README; empty when there is none.</summary>
    public static FrontMatter Of(SourceFile readme)
    {
        if (readme.Lines.Count == 0 || readme.Lines[0].TrimEnd() != "---") return new([], "");
        var lines = readme.Lines.Skip(1).TakeWhile(line => line.TrimEnd() != "---").Take(MostLines + 1).ToList();
        if (lines.Count > MostLines) return new([], $"its front matter has more than {MostLines} lines");
        var values = new List<(string, string, int)>();
        try
        {
            Read(new Parser(new StringReader(string.Join('\n', lines))), values);
            return new(values, "");
        }
        catch (YamlException e)
        {
            return new(values, $"its front matter could not be read from line {e.Start.Line + 1} on");
        }
    }

    private static void Read(Parser parser, List<(string, string, int)> values)
    {
        var (depth, key, events) = (0, "", 0);
        while (parser.MoveNext())
        {
            if (++events > MostEvents || depth > MostDepth || parser.Current is AnchorAlias) throw new YamlException(parser.Current!.Start, parser.Current.End, "beyond what is read");
            depth += parser.Current!.NestingIncrease;

            // Stream, document and mapping are open: depth 3 is the first level.
            if (parser.Current is MappingEnd or SequenceEnd && depth == 3) key = "";
            if (parser.Current is not Scalar scalar) continue;
            if (depth == 3 && key.Length == 0) key = scalar.Value;
            else if (depth is 3 or 4)
            {
                // The parser counts from 1, and the line of hyphens stands before.
                values.Add((key, scalar.Value, (int)scalar.Start.Line + 1));
                if (depth == 3) key = "";
            }
        }
    }
}
