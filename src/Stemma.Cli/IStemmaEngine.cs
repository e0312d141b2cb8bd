using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Cli;

/// <summary>The few things the verbs ask of the engine, so that tests can answer in its place.</summary>
internal interface IStemmaEngine
{
    void Check(string path);

    Fingerprint Fingerprint(string path, SketchOptions options, IWorkProgress progress, CancellationToken cancel);

    ComparisonResult Compare(Fingerprint subject, Fingerprint reference, string subjectName, string referenceName);

    FamilyFindings CompareFamily(IReadOnlyList<(string Name, Fingerprint Fingerprint)> models, IReadOnlyList<ComparisonResult> pairs);

    void Save(Fingerprint fingerprint, string path);

    Inspection Inspect(string path, string name);
}

/// <summary>The real one.</summary>
internal sealed class StemmaEngine : IStemmaEngine
{
    public void Check(string path) => Engine.Check(path);

    public Fingerprint Fingerprint(string path, SketchOptions options, IWorkProgress progress, CancellationToken cancel) =>
        Engine.Fingerprint(path, options, progress, cancel);

    public ComparisonResult Compare(Fingerprint subject, Fingerprint reference, string subjectName, string referenceName) =>
        Engine.Compare(subject, reference, subjectName, referenceName);

    public FamilyFindings CompareFamily(IReadOnlyList<(string Name, Fingerprint Fingerprint)> models, IReadOnlyList<ComparisonResult> pairs) =>
        Engine.CompareFamily([.. models.Select(model => model.Fingerprint with { Name = model.Name })], pairs);

    public void Save(Fingerprint fingerprint, string path) => Engine.Save(fingerprint, path);

    public Inspection Inspect(string path, string name) => Engine.Inspect(path, name);
}
