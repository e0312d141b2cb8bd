using System.Globalization;
using Stemma.Auditing.Sources;

namespace Stemma.Auditing.Similarity;

/// <summary>Code that two folders have in common.</summary>
/// <param name="Reference">The other folder, as the report calls it.</param>
/// <param name="Blocks">In the order of the subject's files and lines.</param>
/// <param name="Tokens">Tokens of the subject's code, without comments and imports.</param>
/// <param name="Complete">False when repetitive files used up the work that is allowed.</param>
public sealed record SharedCode(string Reference, IReadOnlyList<CodeBlock> Blocks, int Tokens, bool Complete)
{
    private const int MostShown = 20;

    /// <summary>Share of the subject's code that stands in the reference too, 0 to 1.</summary>
    public double Share => (double)Blocks.Sum(block => block.Tokens) / Tokens;

    /// <summary>Compares; null where one of the two has no code.</summary>
    public static SharedCode? Find(string reference, FolderText subject, FolderText other)
    {
        var (own, theirs) = (Read(subject), Read(other));
        if (own.Count == 0 || theirs.Count == 0) return null;
        var finder = new BlockFinder(theirs);
        var blocks = own.SelectMany(file => finder.Find(file.Name, file.Tokens)).ToList();
        return new(reference, blocks, own.Sum(file => file.Tokens.Count), finder.Complete);
    }

    internal IEnumerable<AuditFinding> Findings(string subject)
    {
        foreach (var block in Blocks.OrderByDescending(block => block.Tokens).Take(MostShown))
        {
            var renamed = block.Renamed > 0 ? $", {Percent(block.Renamed)} of the names spelled otherwise" : "";
            var (here, there) = (new AuditPlace(block.File, block.First, block.Last), new AuditPlace(block.OtherFile, block.OtherFirst, block.OtherLast));
            yield return Finding("code-in-common", $"{here} of {subject} and {there} of {Reference} are the same code ({block.Tokens} tokens{renamed}). Both may come from a third place, and code says nothing about weights.", block) with { Place = here, OtherPlace = there };
        }

        if (Blocks.Count > MostShown) yield return Finding("more-code-in-common", $"{subject} and {Reference} have {Blocks.Count - MostShown} more stretches of code in common; together {Percent(Share)} of the code of {subject}.", null);
        if (!Complete) yield return Finding("code-not-compared", $"The code of {subject} and {Reference} repeats itself so often that it was not compared to its end.", null);
    }

    private AuditFinding Finding(string code, string sentence, CodeBlock? block) => new(code, sentence, Reference)
    {
        Section = "similarity",
        Weight = FindingWeight.Check,
        Numbers = block is null ? new SortedDictionary<string, double>(StringComparer.Ordinal) { ["share"] = Share }
            : new SortedDictionary<string, double>(StringComparer.Ordinal) { ["tokens"] = block.Tokens, ["renamed"] = block.Renamed, ["share"] = Share },
    };

    private static List<(string Name, List<CodeToken> Tokens)> Read(FolderText text) =>
        [.. text.Files.Where(file => file.Kind == SourceKind.Code).Select(file => (file.Name, Tokens: CodeTokens.Of(file))).Where(file => file.Tokens.Count > 0)];

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
