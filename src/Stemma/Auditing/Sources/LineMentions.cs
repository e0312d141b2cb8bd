using System.Text.RegularExpressions;

namespace Stemma.Auditing.Sources;

/// <summary>What single lines of code and prose mention. Patterns do not backtrack, so no line can make them slow.</summary>
internal static class LineMentions
{
    private const int Longest = 160;
    private const RegexOptions Plain = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex Copyright = new(@"(copyright\s*(\(c\)|©)?|©|\(c\))\s*,?\s*(19|20)\d\d", Plain);
    private static readonly Regex Spdx = new(@"SPDX-License-Identifier:\s*(?<id>[A-Za-z0-9.+-]{1,64})", Plain);
    private static readonly Regex Note = new(@"\b(copied|adapted|modified|borrowed|taken|derived|ported) (verbatim |with changes |heavily |directly )?from\b|\bbased on\b", Plain);
    private static readonly Regex Name = new(@"[A-Za-z_][A-Za-z0-9_]*", RegexOptions.NonBacktracking);
    private static readonly Regex Module = new(@"\b((modeling|modelling|configuration|tokenization|modular|processing)_(?<name>[a-z0-9_]+)|models\.(?<name>[a-z0-9_]+))", RegexOptions.NonBacktracking);

    /// <summary>The mentions of a file, line by line.</summary>
    public static IEnumerable<Mention> Of(SourceFile file)
    {
        for (var at = 0; at < file.Lines.Count; at++)
        {
            var (line, place) = (file.Lines[at], new AuditPlace(file.Name, at + 1));
            if (Spdx.Match(line) is { Success: true } tag) yield return new(MentionKind.Licence, tag.Groups["id"].Value, place);
            else if (file.Kind == SourceKind.Code && LicenceTexts.InHeader(line) is { } licence) yield return new(MentionKind.Licence, licence, place);
            if (Copyright.IsMatch(line) && !IsTemplate(line)) yield return new(MentionKind.Copyright, Bare(line), place) { Families = KnownFamilies.OfHolder(line) is { } family ? [family] : [] };
            if (file.Kind != SourceKind.Code) continue;
            if (IsComment(line) && Note.IsMatch(line)) yield return new(MentionKind.OriginNote, Bare(line), place) { Families = Named(line) };
            else
            {
                foreach (Match word in Name.Matches(line)) if (KnownFamilies.OfClass(word.ValueSpan) is { } known) yield return new(MentionKind.FamilyName, word.Value, place) { Families = [known] };
                foreach (Match module in Module.Matches(line)) if (KnownFamilies.InName(module.Groups["name"].Value).ToList() is { Count: > 0 } found) yield return new(MentionKind.FamilyName, module.Value, place) { Families = found };
            }
        }
    }

    /// <summary>The families whose classes, modules or models a sentence names.</summary>
    private static List<KnownFamily> Named(string line) =>
        [.. Name.Matches(line).Select(word => KnownFamilies.OfClass(word.ValueSpan)).OfType<KnownFamily>().Concat(KnownFamilies.InName(line).Where(family => family.Words.Any(word => word.Length >= 4))).Distinct()];

    /// <summary>The line of a licence that is still to be filled in.</summary>
    private static bool IsTemplate(string line) => line.Contains("[yyyy]", StringComparison.Ordinal) || line.Contains("<year>", StringComparison.Ordinal);

    private static bool IsComment(string line) => line.AsSpan().TrimStart() is ['#' or '*' or '"' or '\'', ..] or ['/', '/' or '*', ..] || line.Contains(" # ", StringComparison.Ordinal) || line.Contains("//", StringComparison.Ordinal);

    private static string Bare(string line)
    {
        var bare = line.Trim().Trim('#', '/', '*', '"', '\'').Trim();
        return bare.Length <= Longest ? bare : bare[..Longest] + "...";
    }
}
