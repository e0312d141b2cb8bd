using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma;

/// <summary>
/// The engine's front door: everything a program needs to go from two paths to a verdict. It only calls the rooms, never computes.
/// </summary>
public static class Engine
{
    /// <summary>Reads a checkpoint (folder, file) in one streaming pass and sketches it; a <c>.stemma</c> file is loaded instead.</summary>
    /// <param name="path">Folder, weight file, shard index or <c>.stemma</c> file.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="progress">Told about bytes read; null for nobody.</param>
    /// <param name="cancel">Stops the work between two chunks.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static Fingerprint Fingerprint(string path, SketchOptions? options = null, IWorkProgress? progress = null, CancellationToken cancel = default)
    {
        options ??= new();
        using var checkpoint = CheckpointOpener.Open(path);
        if (FingerprintReader.IsFingerprint(checkpoint)) return FingerprintReader.Read(checkpoint);
        return FingerprintMaker.Make(checkpoint, options, progress ?? NoProgress.Instance, cancel);
    }

    /// <summary>Opens a model and reads its headers only: refuses in milliseconds what <see cref="Fingerprint"/> would refuse before its first weight.</summary>
    /// <param name="path">Folder, weight file, shard index or <c>.stemma</c> file.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static void Check(string path)
    {
        using var checkpoint = CheckpointOpener.Open(path);
    }

    /// <summary>Weighs the evidence between two fingerprints. <paramref name="subject"/> is the one under suspicion.</summary>
    /// <param name="subject">The model whose descent is asked about.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="subjectName">What the verdict calls the subject; null for the fingerprint's own name.</param>
    /// <param name="referenceName">What the verdict calls the reference; null for the fingerprint's own name.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.RecipeMismatch"/> when the fingerprints were made by different recipes.</exception>
    public static ComparisonResult Compare(Fingerprint subject, Fingerprint reference, string? subjectName = null, string? referenceName = null) =>
        Judge.Compare(subject with { Name = subjectName ?? subject.Name }, reference with { Name = referenceName ?? reference.Name });

    /// <summary>What three or more models tell together: merges and stacks among them, and directions that a third model settles.</summary>
    /// <param name="models">The models, with the names that the pairs use.</param>
    /// <param name="pairs">Every pair of them, as <see cref="Compare"/> found it.</param>
    public static FamilyFindings CompareFamily(IReadOnlyList<Fingerprint> models, IReadOnlyList<ComparisonResult> pairs) => FamilyJudge.Judge(models, pairs);

    /// <summary>
    /// Looks among other models for those that a model was put together from: a merge that is exact to the rounding of its storage type, or layers of two stacked.
    /// </summary>
    /// <param name="subject">The model to explain.</param>
    /// <param name="candidates">Two or more models that may have gone into it; the names in the answer are theirs.</param>
    /// <returns>Null where no mixture of the candidates explains the subject.</returns>
    /// <exception cref="StemmaException"><see cref="FaultCode.RecipeMismatch"/> when the fingerprints were made by different recipes.</exception>
    public static Mixture? FindMixture(Fingerprint subject, IReadOnlyList<Fingerprint> candidates)
    {
        foreach (var candidate in candidates) Judge.ExpectSameRecipe(subject, candidate);
        return MixtureFinder.Find(subject, candidates);
    }

    /// <summary>Reads headers and companion files only: what a checkpoint says it is, in milliseconds for any size.</summary>
    /// <param name="path">Folder, weight file or shard index; a <c>.stemma</c> file tells what the model was that it was made from.</param>
    /// <param name="name">The short name to show.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static Inspection Inspect(string path, string name)
    {
        using var checkpoint = CheckpointOpener.Open(path);
        if (FingerprintReader.IsFingerprint(checkpoint)) return Inspection.Of(name, FingerprintReader.Read(checkpoint));
        var anatomy = AnatomyReader.Read(checkpoint.Tensors, checkpoint.Folder, name);
        return Inspection.Of(name, checkpoint, anatomy, DeclaredClaims.Read(checkpoint.Folder));
    }

    /// <summary>Writes a fingerprint as a <c>.stemma</c> file; the same fingerprint always gives the same bytes.</summary>
    public static void Save(Fingerprint fingerprint, string path)
    {
        using var file = File.Create(path);
        FingerprintWriter.Write(fingerprint, file);
    }
}
