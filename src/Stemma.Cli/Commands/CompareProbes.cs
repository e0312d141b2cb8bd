using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Running.Probing;

namespace Stemma.Cli.Commands;

/// <summary><c>stemma compare --probe</c>: lets the models read the same texts and adds to each pair how alike they are in what they make of them. No verdict changes.</summary>
internal static class CompareProbes
{
    /// <param name="around">Streams and engine.</param>
    /// <param name="paths">The models.</param>
    /// <param name="names">What the pairs call them.</param>
    /// <param name="found">The pairs.</param>
    /// <param name="texts">Texts to read; null for those that Stemma brings.</param>
    /// <param name="progress">Told about texts read.</param>
    public static FamilyFindings Add(Surroundings around, IReadOnlyList<string> paths, IReadOnlyList<string> names, FamilyFindings found, IReadOnlyList<string>? texts, IWorkProgress progress)
    {
        var read = new Dictionary<string, (ModelRepresentations? States, Fault? Why)>(StringComparer.Ordinal);
        foreach (var (path, name) in paths.Zip(names))
        {
            try
            {
                read[name] = (around.Engine.ReadRepresentations(path, texts, progress, around.Cancel), null);
            }
            catch (StemmaException refused)
            {
                // The weights have been compared: a model that cannot be run must not cost that answer.
                around.Error.WriteLine($"stemma: --probe cannot run {SafeText.Escape(name)}: {refused.Fault}");
                read[name] = (null, refused.Fault);
            }
        }

        ComparisonResult With(ComparisonResult pair)
        {
            var (subject, reference) = (read[pair.Subject.Name], read[pair.Reference.Name]);
            return subject.States is { } a && reference.States is { } b
                ? Engine.WithRepresentations(pair, a, b)
                : pair with { Evidence = [.. pair.Evidence, RepresentationEvidence.NotRead(subject.Why ?? reference.Why!)] };
        }

        return found with { Pairs = [.. found.Pairs.Select(With)] };
    }
}
