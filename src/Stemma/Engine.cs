using Stemma.Anatomy;
using Stemma.Auditing;
using Stemma.Auditing.Identity;
using Stemma.Auditing.Vocabularies;
using Stemma.Benching;
using Stemma.Checkpoints.Remote;
using Stemma.Checkpoints.Remote.Endpoints;
using Stemma.Comparing.Deep;
using Stemma.Deriving;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Banks;
using Stemma.Judging.Families;
using Stemma.Running;
using Stemma.Running.Answering;
using Stemma.Running.Probing;
using Stemma.Running.Routing;
using Stemma.Running.Routing.Costs;

namespace Stemma;

/// <summary>
/// The engine's front door: everything a program needs to go from two paths to a verdict. It only calls the rooms, never computes.
/// </summary>
public static class Engine
{
    /// <summary>Reads a checkpoint (folder, file) in one streaming pass and sketches it; a <c>.stemma</c> file is loaded instead.</summary>
    /// <param name="path">Folder, weight file, shard index, <c>hub:org/name</c> or <c>.stemma</c> file.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="progress">Told about bytes read; null for nobody.</param>
    /// <param name="cancel">Stops the work between two chunks.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static Fingerprint Fingerprint(string path, SketchOptions? options = null, IWorkProgress? progress = null, CancellationToken cancel = default)
    {
        options ??= new();
        using var checkpoint = ModelOpener.Open(path, options.Hub);
        if (FingerprintReader.IsFingerprint(checkpoint)) return FingerprintReader.Read(checkpoint);
        return FingerprintMaker.Make(checkpoint, options, progress ?? NoProgress.Instance, cancel);
    }

    /// <summary>Opens a model and reads its headers only: refuses in milliseconds what <see cref="Fingerprint"/> would refuse before its first weight.</summary>
    /// <param name="path">Folder, weight file, shard index, <c>hub:org/name</c> or <c>.stemma</c> file.</param>
    /// <param name="hub">How hubs are reached; null: as the environment says.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static void Check(string path, HubAccess? hub = null)
    {
        using var checkpoint = ModelOpener.Open(path, hub);
    }

    /// <summary>Weighs the evidence between two fingerprints. <paramref name="subject"/> is the one under suspicion.</summary>
    /// <param name="subject">The model whose descent is asked about.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="subjectName">What the verdict calls the subject; null for the fingerprint's own name.</param>
    /// <param name="referenceName">What the verdict calls the reference; null for the fingerprint's own name.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.RecipeMismatch"/> when the fingerprints were made by different recipes.</exception>
    public static ComparisonResult Compare(Fingerprint subject, Fingerprint reference, string? subjectName = null, string? referenceName = null) =>
        Judge.Compare(subject with { Name = subjectName ?? subject.Name }, reference with { Name = referenceName ?? reference.Name });

    /// <summary>Opens a model for comparison: its fingerprint, and the weights for a second look in other residual bases.</summary>
    /// <param name="path">Folder, weight file, shard index, <c>hub:org/name</c> or <c>.stemma</c> file; of the last the weights are not at hand.</param>
    /// <param name="options">How to read; null for the defaults.</param>
    /// <param name="progress">Told about bytes read; null for nobody.</param>
    /// <param name="cancel">Stops the work between two chunks.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static ComparedModel Open(string path, SketchOptions? options = null, IWorkProgress? progress = null, CancellationToken cancel = default)
    {
        options ??= new();
        using var checkpoint = ModelOpener.Open(path, options.Hub);
        return FingerprintReader.IsFingerprint(checkpoint)
            ? new(FingerprintReader.Read(checkpoint), null)
            : new(FingerprintMaker.Make(checkpoint, options, progress ?? NoProgress.Instance, cancel), options.Quick ? null : checkpoint.Path, options.Hub);
    }

    /// <summary>
    /// Weighs the evidence between two models. Where the fingerprints find no relation and the weights are at hand, these are compared in other residual bases too.
    /// </summary>
    /// <param name="subject">The model whose descent is asked about.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="subjectName">What the verdict calls the subject; null for the fingerprint's own name.</param>
    /// <param name="referenceName">What the verdict calls the reference; null for the fingerprint's own name.</param>
    /// <param name="progress">Told about bytes read; null for nobody.</param>
    /// <param name="cancel">Stops the work between two steps.</param>
    /// <exception cref="StemmaException">The weights cannot be read, or the fingerprints were made by different recipes.</exception>
    public static ComparisonResult Compare(
        ComparedModel subject, ComparedModel reference, string? subjectName = null, string? referenceName = null, IWorkProgress? progress = null, CancellationToken cancel = default)
    {
        var result = Judge.Compare(
            subject.Fingerprint with { Name = subjectName ?? subject.Fingerprint.Name }, reference.Fingerprint with { Name = referenceName ?? reference.Fingerprint.Name },
            () => ComparedModel.Search(subject, reference, progress ?? NoProgress.Instance, cancel));
        var adapters = ComparedModel.CompareAdapters(subject, reference, cancel);
        return adapters.Count == 0 ? result : result with { Evidence = [.. result.Evidence, .. adapters], Caveats = [.. result.Caveats, Judge.AdaptersAlone] };
    }

    /// <summary>What three or more models tell together: merges and stacks among them, and directions that a third model settles.</summary>
    /// <param name="models">The models, with the names that the pairs use.</param>
    /// <param name="pairs">Every pair of them, as <c>Compare</c> found it.</param>
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
    /// <param name="hub">How hubs are reached; null: as the environment says.</param>
    /// <exception cref="StemmaException">The input was refused; the fault says why.</exception>
    public static Inspection Inspect(string path, string name, HubAccess? hub = null)
    {
        using var checkpoint = ModelOpener.Open(path, hub);
        if (FingerprintReader.IsFingerprint(checkpoint)) return Inspection.Of(name, FingerprintReader.Read(checkpoint));
        var anatomy = AnatomyReader.Read(checkpoint, name);
        return Inspection.Of(name, checkpoint, anatomy, DeclaredClaims.Of(checkpoint));
    }

    /// <summary>Makes a model from others: in another basis, of another size, merged, pruned, cut into experts.</summary>
    /// <param name="derivation">The operation and its parameters.</param>
    /// <param name="parents">Folders or weight files, in the order that the operation asks for.</param>
    /// <param name="folder">Where the new model will stand; must not exist, or be empty.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <param name="progress">Told about bytes read and written; null for nobody.</param>
    /// <param name="cancel">Stops the work; nothing is left behind.</param>
    /// <exception cref="StemmaException">A parent or a parameter was refused, or the folder cannot be written.</exception>
    public static DerivationResult Derive(
        Derivation derivation, IReadOnlyList<string> parents, string folder, DerivationOptions? options = null, IWorkProgress? progress = null, CancellationToken cancel = default) =>
        Deriver.Run(derivation, parents, folder, options ?? new(), progress ?? NoProgress.Instance, cancel);

    /// <summary>Runs every pair of a zoo of known descent through Stemma and, beside it, through the published methods.</summary>
    /// <param name="zooFolder">A folder with zoo.json and a folder per model.</param>
    /// <param name="options">What to run; null for everything.</param>
    /// <param name="clock">Measures the seconds per pair; null for the system's.</param>
    /// <param name="progress">Told about pairs; null for nobody.</param>
    /// <param name="cancel">Stops the work between two pairs.</param>
    /// <exception cref="StemmaException">The zoo or a model was refused; the fault says why.</exception>
    public static BenchResult Bench(string zooFolder, BenchOptions? options = null, TimeProvider? clock = null, IWorkProgress? progress = null, CancellationToken cancel = default)
    {
        using var comparer = new CheckpointComparer(options?.Probe == true);
        return BenchRun.Run(ZooReader.Read(zooFolder), comparer, options ?? new(), clock ?? TimeProvider.System, progress ?? NoProgress.Instance, cancel);
    }

    /// <summary>Opens a model that will be run: see <see cref="Transformer.Start"/>.</summary>
    /// <param name="path">A folder with weights and config.json.</param>
    /// <exception cref="StemmaException">The input was refused, or asks for something that is not computed.</exception>
    public static Transformer OpenTransformer(string path) => Transformer.Open(path);

    /// <summary>How uneven expert routing loads devices where all experts are equally likely: exact where that is known, drawn otherwise.</summary>
    /// <param name="setting">Experts, groups, devices, tokens.</param>
    /// <param name="trials">Batches to draw per rule.</param>
    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="StemmaException">The numbers do not fit together.</exception>
    public static RoutingSimulation SimulateRouting(RoutingSetting setting, int trials, int seed = 0, CancellationToken cancel = default) =>
        RoutingSimulator.Run(setting, trials, seed, cancel);

    /// <summary>Tokens per second against sequences and devices, with the cost of uneven expert loads.</summary>
    /// <exception cref="StemmaException">An unknown shape or device, or numbers that do not fit together.</exception>
    public static ServingPlan PlanServing(ServingRequest request, CancellationToken cancel = default) => ServingPlan.Make(request, cancel);

    /// <summary>Holds a model's tokenizer against others: shared tokens by the bytes they stand for, their order, control tokens, chat template. Reads no weights.</summary>
    /// <param name="folders">Folders with the names that the report uses: first the one that is asked about, then those it is held against.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.VocabularyMissing"/> or another refusal of a tokenizer file.</exception>
    public static VocabularyAudit AuditVocabulary(IReadOnlyList<(string Folder, string Name)> folders)
    {
        var read = folders.Select(folder => AuditedVocabulary.Read(folder.Folder, folder.Name)).ToList();
        return VocabularyAudit.Run(read[0], read[1..]);
    }

    /// <summary>Looks at everything beside the weights of a model: text files, declarations, tokenizer, code.</summary>
    /// <param name="models">Paths with the names that the report uses: first the model that is asked about, then those it is held against.</param>
    /// <param name="compared">Comparisons of the first one's weights with the others', by those names; declarations are set beside them.</param>
    /// <param name="identity">What the first one calls itself, see <see cref="IdentityProbe.Run"/>; null where it was not asked.</param>
    /// <exception cref="StemmaException">A folder or a tokenizer file was refused.</exception>
    public static ModelAudit Audit(IReadOnlyList<(string Path, string Name)> models, IReadOnlyList<ComparisonResult> compared, IdentityProbe? identity = null)
    {
        var read = models.Select(model => AuditReading.Read(model.Path, model.Name)).ToList();
        return ModelAudit.Run(read[0], read[1..], compared, identity);
    }

    /// <summary>Opens a model that will be asked: one on this machine, or one behind an endpoint.</summary>
    /// <param name="place">A folder or a GGUF file, or an address such as <c>http://localhost:8000#model-name</c>.</param>
    /// <param name="settings">How an endpoint is asked; null for the defaults.</param>
    /// <exception cref="StemmaException">The model cannot be run, or the address cannot be asked.</exception>
    public static IAnsweringModel OpenAnswering(string place, EndpointSettings? settings = null) =>
        EndpointAddress.IsAddress(place) ? new EndpointModel(EndpointAddress.Parse(place), settings ?? new()) : LocalModel.Open(place);

    /// <summary>Runs a mixture of experts over a text and measures where its routers send the tokens.</summary>
    /// <param name="path">A folder with weights and config.json.</param>
    /// <param name="name">The short name to show.</param>
    /// <param name="question">What to read, and how the experts are thought to lie.</param>
    /// <param name="progress">Told about tokens read; null for nobody.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="StemmaException">The model cannot be run or has no experts, or the text cannot be read.</exception>
    public static MeasuredRouting MeasureRouting(string path, string name, RoutingQuestion question, IWorkProgress? progress = null, CancellationToken cancel = default) =>
        RoutingMeasurer.Run(path, name, question, progress ?? NoProgress.Instance, cancel);

    /// <summary>What a model makes of probe texts, to be compared with what another makes of the same: see <see cref="WithRepresentations"/>.</summary>
    /// <param name="path">A folder with weights, config.json and a tokenizer.</param>
    /// <param name="texts">Four or more; null for those that Stemma brings.</param>
    /// <param name="progress">Told about texts read; null for nobody.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="StemmaException">The model has no tokenizer, or cannot be run.</exception>
    public static ModelRepresentations ReadRepresentations(string path, IReadOnlyList<string>? texts = null, IWorkProgress? progress = null, CancellationToken cancel = default) =>
        ModelRepresentations.Read(path, texts ?? ProbeTexts.BuiltIn, progress ?? NoProgress.Instance, cancel);

    /// <summary>Adds the likeness of representations to a comparison, as descriptive evidence with its rank among unrelated pairs of like shape: the verdict stays what it was.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ProbeUnavailable"/>: the two have read different numbers of texts.</exception>
    public static ComparisonResult WithRepresentations(ComparisonResult result, ModelRepresentations subject, ModelRepresentations reference)
    {
        var evidence = RepresentationEvidence.Of(subject, reference);
        if (subject.OwnTexts && reference.OwnTexts)
            evidence = ShippedBank.Ranked(evidence, new(subject.Width, reference.Width, subject.Layers, reference.Layers), (result.Subject.Digest, result.Reference.Digest));
        return result with { Evidence = [.. result.Evidence, evidence] };
    }

    /// <summary>Writes a fingerprint as a <c>.stemma</c> file; the same fingerprint always gives the same bytes.</summary>
    public static void Save(Fingerprint fingerprint, string path)
    {
        using var file = File.Create(path);
        FingerprintWriter.Write(fingerprint, file);
    }
}
