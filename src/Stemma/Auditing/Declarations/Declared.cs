using Stemma.Auditing.Sources;

namespace Stemma.Auditing.Declarations;

/// <summary>Something that a folder declares about itself.</summary>
/// <param name="Key">For example <c>base_model</c>.</param>
/// <param name="Value">As written.</param>
/// <param name="Place">Where.</param>
public sealed record Declaration(string Key, string Value, AuditPlace Place);

/// <summary>What a folder declares: the model it is based on, the licences, the families it names openly.</summary>
/// <param name="All">Every declaration that was read.</param>
/// <param name="BaseModels">Those that name the model this one is based on.</param>
/// <param name="Licences">Identifiers.</param>
/// <param name="Families">Names of families that the folder declares.</param>
/// <param name="LeftOut">What could not be read.</param>
public sealed record Declared(IReadOnlyList<Declaration> All, IReadOnlyList<Declaration> BaseModels, IReadOnlyList<string> Licences, IReadOnlySet<string> Families, IReadOnlyList<(string File, string Why)> LeftOut)
{
    private static readonly string[] CardKeys = ["base_model", "base_model_relation", "license", "license_name"];
    private static readonly string[] BaseKeys = ["base_model", "base_model_name_or_path"];

    /// <summary>Gathers the declarations.</summary>
    /// <param name="facts">What the text files mention.</param>
    /// <param name="claims">What weight files and config.json say themselves.</param>
    /// <param name="measuredFamily">The family that the tensors were recognised as: its names are no surprise; empty for none.</param>
    public static Declared Of(FolderFacts facts, IReadOnlyList<Declaration> claims, string measuredFamily = "")
    {
        var (all, left) = (claims.ToList(), new List<(string, string)>());
        if (facts.Text.Files.FirstOrDefault(file => file.Name.Equals("README.md", StringComparison.OrdinalIgnoreCase)) is { } readme)
        {
            var card = FrontMatter.Of(readme);
            if (card.Problem.Length > 0) left.Add((readme.Name, card.Problem));
            all.AddRange(card.Values.Where(value => CardKeys.Contains(value.Key)).Select(value => new Declaration(value.Key, value.Value, new(readme.Name, value.Line))));
        }

        all.AddRange(facts.Of(MentionKind.Origin).Where(mention => BaseKeys.Contains(mention.Key) && mention.Place.File is "adapter_config.json" or "config.json" && BaseKeys.Contains(mention.Key)).Select(mention => new Declaration(mention.Key, mention.Text, mention.Place)));
        all = [.. all.DistinctBy(one => (one.Key, one.Value, one.Place.File))];
        var bases = all.Where(one => BaseKeys.Contains(one.Key) || (one.Key.StartsWith("general.base_model.", StringComparison.Ordinal) && one.Key.EndsWith(".name", StringComparison.Ordinal))).ToList();
        var legal = facts.Text.Files.Where(file => file.IsLegal).ToList();
        var licences = all.Where(one => one.Key is "license" or "license_name" or "general.license").Select(one => one.Value)
            .Concat(facts.Of(MentionKind.Licence).Where(one => legal.Any(file => file.Name == one.Place.File)).Select(one => one.Text)).Where(id => id is not ("other" or "unknown"));
        return new(all, bases, [.. licences.Distinct(StringComparer.OrdinalIgnoreCase)], FamiliesOf(facts, all, bases, legal, measuredFamily), left);
    }

    private static HashSet<string> FamiliesOf(FolderFacts facts, List<Declaration> all, List<Declaration> bases, List<SourceFile> legal, string measured)
    {
        var open = bases.Concat(all.Where(one => one.Key is "architectures" or "model_type" or "general.architecture")).SelectMany(one => KnownFamilies.InName(one.Value).Concat(KnownFamilies.OfClass(one.Value) is { } family ? [family] : []))
            .Concat(facts.Of(MentionKind.FamilyName).Where(one => one.Place.File == "config.json" && one.Key is "architectures" or "model_type").SelectMany(one => one.Families))
            .Concat(facts.Mentions.Where(one => legal.Any(file => file.Name == one.Place.File)).SelectMany(one => one.Families))
            .Concat(legal.SelectMany(file => file.Lines).SelectMany(line => KnownFamilies.InName(line).Where(family => family.Words.Any(word => word.Length >= 4)))).Concat(KnownFamilies.InName(measured));
        return [.. open.Select(family => family.Name)];
    }
}
