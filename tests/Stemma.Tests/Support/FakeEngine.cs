using System.Runtime.CompilerServices;
using Stemma.Cli;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Tests.Support;

/// <summary>Answers in the engine's place and remembers what it was asked.</summary>
internal sealed class FakeEngine : IStemmaEngine
{
    public List<string> Read { get; } = [];

    public List<(string Subject, string Reference)> Compared { get; } = [];

    /// <summary>What two models are to one another, by their names.</summary>
    public Func<string, string, ComparisonResult> Answer { get; init; } = (subject, reference) => Samples.With(Relation.Derived, subject, reference);

    /// <summary>What all models together tell.</summary>
    public Func<IReadOnlyList<ComparisonResult>, FamilyFindings> Together { get; init; } = pairs => new(pairs, []);

    /// <summary>Called before each reading; may throw.</summary>
    public Action<string> OnRead { get; init; } = _ => { };

    /// <summary>Called for each model before the first reading; may throw.</summary>
    public Action<string> OnCheck { get; init; } = _ => { };

    public void Check(string path) => OnCheck(path);

    public Fingerprint Fingerprint(string path, SketchOptions options, IWorkProgress progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        OnRead(path);
        Read.Add(path);
        return (Fingerprint)RuntimeHelpers.GetUninitializedObject(typeof(Fingerprint));
    }

    public ComparisonResult Compare(Fingerprint subject, Fingerprint reference, string subjectName, string referenceName)
    {
        Compared.Add((subjectName, referenceName));
        return Answer(subjectName, referenceName);
    }

    public FamilyFindings CompareFamily(IReadOnlyList<(string Name, Fingerprint Fingerprint)> models, IReadOnlyList<ComparisonResult> pairs) => Together(pairs);

    public void Save(Fingerprint fingerprint, string path) => File.WriteAllText(path, "fingerprint");

    public Inspection Inspect(string path, string name) => Samples.Inspection with { Name = name };
}
