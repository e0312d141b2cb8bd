namespace Stemma.Auditing.Sources;

/// <summary>What the text files of a folder mention, each with its place.</summary>
/// <param name="Text">The files.</param>
/// <param name="Mentions">In the order of files and lines.</param>
/// <param name="LeftOut">What was not read, and why.</param>
public sealed record FolderFacts(FolderText Text, IReadOnlyList<Mention> Mentions, IReadOnlyList<(string File, string Why)> LeftOut)
{
    /// <summary>Most mentions of one file that are kept.</summary>
    public const int MostPerFile = 5_000;

    /// <summary>Looks through the files.</summary>
    public static FolderFacts Of(FolderText text)
    {
        var (mentions, left) = (new List<Mention>(), text.LeftOut.ToList());
        foreach (var file in text.Files)
        {
            var found = LineMentions.Of(file).Take(MostPerFile).ToList();
            if (found.Count == MostPerFile) left.Add((file.Name, $"more than {MostPerFile} mentions; the rest was not looked at"));
            if (file.Kind == SourceKind.Prose && LicenceTexts.Of(file.Lines) is { } licence) found.Insert(0, new(MentionKind.Licence, licence, new(file.Name, 1)));
            found.AddRange(SettingMentions.Of(file, out var problem));
            if (problem.Length > 0) left.Add((file.Name, problem));
            mentions.AddRange(found);
        }

        return new(text, mentions, left);
    }

    /// <summary>The mentions of a kind.</summary>
    public IEnumerable<Mention> Of(MentionKind kind) => Mentions.Where(mention => mention.Kind == kind);
}
