using Stemma.Auditing.Declarations;

namespace Stemma.Auditing.Sources;

/// <summary>
/// Findings from names, headers and notes. They arise only where a file names a family that the folder does not declare: code is published and may be used under its licence, so a name says where code may
/// come from, and nothing of the weights.
/// </summary>
internal static class SourceFindings
{
    /// <summary>One finding per file, kind and family, at the first place.</summary>
    public static IEnumerable<AuditFinding> Of(FolderFacts facts, Declared declared)
    {
        var open = facts.Mentions.SelectMany(mention => mention.Families.Where(family => !declared.Families.Contains(family.Name)).Select(family => (Mention: mention, Family: family.Name)));
        foreach (var group in open.GroupBy(one => (one.Mention.Place.File, one.Mention.Kind, one.Family)))
        {
            var (first, times) = (group.First().Mention, group.Count());
            var more = times > 1 ? $" ({times} times in this file)" : "";
            var (code, sentence) = first.Kind switch
            {
                MentionKind.Copyright => ("undeclared-copyright", $"'{first.Text}' stands in {first.Place}{more}; nothing in the folder declares {first.Families[0].Name}. Headers stay behind when files are taken over; keeping them is what most licences ask for."),
                MentionKind.OriginNote => ("undeclared-origin-note", $"A note in {first.Place} says '{first.Text}'{more}; the folder does not declare {group.Key.Family}. It speaks of this code, not of the weights."),
                MentionKind.FamilyName => ("undeclared-family-name", $"'{first.Text}' in {first.Place}{more} is a name from {group.Key.Family}, which the folder does not declare. The code may have been taken over from there; that says nothing of the weights."),
                MentionKind.Path => ("undeclared-path", $"The path '{first.Text}' in {first.Place}{more} names {group.Key.Family}, which the folder does not declare."),
                _ => ("undeclared-origin", $"The setting {first.Key} in {first.Place} is '{first.Text}', which names {group.Key.Family}; the folder does not declare it. Such settings often stay from the model that a training began with."),
            };
            yield return new(code, sentence) { Section = "sources", Weight = FindingWeight.Check, Place = first.Place, Numbers = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["times"] = times } };
        }

        foreach (var licence in facts.Of(MentionKind.Licence).Where(one => !declared.Licences.Any(known => LicenceTexts.Same(known, one.Text))).GroupBy(one => (one.Place.File, one.Text)))
        {
            var first = licence.First();
            yield return new("undeclared-licence", $"{first.Place} is under {first.Text}; neither the README's front matter nor a LICENSE or NOTICE file names that licence.")
            {
                Section = "sources",
                Weight = FindingWeight.Check,
                Place = first.Place,
            };
        }
    }
}
