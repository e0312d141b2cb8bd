using Stemma.Comparing.Alignment;
using Stemma.Comparing.Deep;
using Stemma.Comparing.Differences;
using Stemma.Comparing.Methods;
using Stemma.Fingerprints;
using Stemma.Sketching;

namespace Stemma.Comparing;

/// <summary>Two fingerprints and what several methods need to know about them together; computed when first asked for.</summary>
public sealed class PairContext
{
    private readonly Lazy<UnitAlignment> _units;
    private readonly Lazy<SharedAnchors> _anchors;
    private readonly Lazy<LayerAlignment> _layers;
    private readonly Lazy<LayerCosines> _cosines;
    private readonly Lazy<(StoredParts Subject, StoredParts Reference)> _stored;
    private readonly Lazy<LowRankUpdate?> _lowRank;
    private readonly Lazy<(LearnedCorrelation? Gains, LearnedCorrelation? Biases)> _learned;

    /// <param name="subject">The model under suspicion.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="deep">What a comparison of the weights themselves found; null when only fingerprints were compared.</param>
    public PairContext(Fingerprint subject, Fingerprint reference, DeepFindings? deep = null)
    {
        (subject, reference) = QuickView.Align(subject, reference);
        (Subject, Reference, Deep) = (subject, reference, deep);
        (SubjectParts, ReferenceParts) = (new(subject), new(reference));
        _units = new(() => UnitAlignment.Find(SameWidth ? subject.Sketch.Units : [], SameWidth ? reference.Sketch.Units : []));
        _anchors = new(() => SharedAnchors.Find(subject.Sketch.Anchors, reference.Sketch.Anchors));
        _cosines = new(() => new(SubjectParts, subject.Sketch.Recipe.LinearSize, ReferenceParts, reference.Sketch.Recipe.LinearSize));
        _layers = new(() => LayerAlignment.Find(this));
        _stored = new(() => (new(subject), new(reference)));
        _lowRank = new(() => LowRankUpdate.Find(this));
        _learned = new(() => LearnedParameters.Measure(this));
    }

    /// <summary>One of the two was made quickly: both hold only what a quick sketch leaves.</summary>
    public bool Quick => Subject.Sketch.Quick is not null;

    public Fingerprint Subject { get; }
    public Fingerprint Reference { get; }

    /// <summary>What a comparison of the weights themselves found; null when only fingerprints were compared.</summary>
    public DeepFindings? Deep { get; }
    public PartIndex SubjectParts { get; }
    public PartIndex ReferenceParts { get; }

    /// <summary>Units of all layers against units of all layers, and the best layer map.</summary>
    public UnitAlignment Units => _units.Value;

    /// <summary>Anchor tokens that both vocabularies hold.</summary>
    public SharedAnchors Anchors => _anchors.Value;

    /// <summary>How alike the matrices of any two layers are.</summary>
    public LayerCosines Cosines => _cosines.Value;

    /// <summary>Which layer continues which.</summary>
    public LayerAlignment Layers => _layers.Value;

    /// <summary>Parts of the subject as they are stored.</summary>
    internal StoredParts SubjectStored => _stored.Value.Subject;

    /// <summary>Parts of the reference as they are stored.</summary>
    internal StoredParts ReferenceStored => _stored.Value.Reference;

    /// <summary>The low rank of the difference, where it has one.</summary>
    public LowRankUpdate? LowRank => _lowRank.Value;

    /// <summary>Agreement of the parameters that only training writes.</summary>
    public (LearnedCorrelation? Gains, LearnedCorrelation? Biases) Learned => _learned.Value;

    /// <summary>The residual streams have one width, so that vectors in them can be compared as stored.</summary>
    public bool SameWidth => Subject.Shape.Hidden == Reference.Shape.Hidden && Subject.Shape.Hidden > 0;

    /// <summary>The layer that a subject's layer meets: by the layer map, else the one at the same relative depth.</summary>
    public int CounterpartOf(int subjectLayer)
    {
        if (Layers.ReferenceOf(subjectLayer) is { } mapped) return mapped;
        var (here, there) = (Math.Max(1, Subject.Shape.Layers - 1), Math.Max(0, Reference.Shape.Layers - 1));
        return Layers.Pairs.Count > 0 ? -1 : (int)Math.Round((double)subjectLayer * there / here);
    }

    /// <summary>Centred cosine of two matrices of one role; null when they cannot be compared.</summary>
    public double? Cosine(PartSketch subject, PartSketch reference) =>
        SketchCosine.Of(subject, Subject.Sketch.Recipe.LinearSize, reference, Reference.Sketch.Recipe.LinearSize);
}
