using System.Text.RegularExpressions;

namespace Stemma.Tests.Arrows;

/// <summary>
/// Finds where a room of the engine uses a room that comes after it. The compiler cannot: rooms share an assembly. It reads the source text
/// without comments and strings and knows the forms a name can take: <c>using Stemma.X</c>, static and alias usings, a whole name
/// (<c>Stemma.X.Type</c>) and a partly qualified one (<c>X.Type</c>, legal inside namespace Stemma). A property called <c>X</c> is no room.
/// </summary>
internal sealed partial class ArrowScanner(IReadOnlyList<string> rooms, IReadOnlyList<(string Path, string Text)> files)
{
    private readonly ILookup<string, string> _types = files
        .SelectMany(file => Declaration().Matches(WithoutTalk(file.Text)).Select(match => (Room: RoomOf(file.Path), Type: match.Groups[1].Value)))
        .ToLookup(pair => pair.Room, pair => pair.Type);

    /// <summary>One line per violation, with the file and what it reaches for.</summary>
    public IReadOnlyList<string> Violations() => [.. files.SelectMany(file => Violations(file.Path, WithoutTalk(file.Text)))];

    private IEnumerable<string> Violations(string path, string code)
    {
        if (Regex.IsMatch(code, @"\bglobal\s+using\s")) yield return $"{path}: a global using hides where a name comes from";
        var room = RoomOf(path);
        if (room.Length == 0) yield break;
        var at = rooms.ToList().IndexOf(room);
        if (at < 0)
        {
            yield return $"{path}: the room {room} has no place in the order";
            yield break;
        }

        if (!Regex.IsMatch(code, $@"\bnamespace\s+Stemma\s*\.\s*{room}\b")) yield return $"{path}: its namespace is not Stemma.{room}";
        if (Regex.IsMatch(code, @"(?<![\w.])(Stemma\s*\.\s*)?Engine\s*\.")) yield return $"{path}: uses the front door, Engine";
        foreach (var later in rooms.Skip(at + 1))
        {
            if (Regex.IsMatch(code, $@"\bStemma\s*\.\s*{later}\b")) yield return $"{path}: {room} uses Stemma.{later}";
            foreach (var type in _types[later].Distinct(StringComparer.Ordinal))
            {
                if (Regex.IsMatch(code, $@"(?<![\w.]){later}\s*\.\s*{type}\b")) yield return $"{path}: {room} uses {later}.{type}";
            }
        }
    }

    /// <summary>The first folder under src/Stemma; empty for the files that stand above the rooms.</summary>
    private static string RoomOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>The code without comments and without what stands in strings.</summary>
    private static string WithoutTalk(string code) => Talk().Replace(code, " ");

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"{3,}.*?"{3,}|@"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex Talk();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>,\s]+?)\s+(\w+)")]
    private static partial Regex Declaration();
}
