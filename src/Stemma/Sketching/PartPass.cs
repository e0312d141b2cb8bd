using Stemma.Anatomy;
using Stemma.Sketching.Kinds;

namespace Stemma.Sketching;

/// <summary>One part of a tensor while the tensor is being read.</summary>
internal sealed class PartPass
{
    private readonly bool keepsUnits;
    private readonly Lock begin = new();

    public PartPass(TensorPart part, GainBook gains, AnchorCollector anchors, int linearSize)
    {
        Part = part;
        var residualIsOutput = part.Role is TensorRole.Down or TensorRole.O;
        UnitsAreRows = residualIsOutput == part.Transposed;
        Units = UnitsAreRows ? part.Rows.Count : part.Columns.Count;
        Inner = UnitsAreRows ? part.Columns.Count : part.Rows.Count;
        LinearSize = part.Role == TensorRole.Buffer ? 0 : linearSize;
        var gain = residualIsOutput ? part.OutputGain : part.InputGain;
        Factors = gains.Factors(gain, Inner);
        keepsUnits = part.Role is TensorRole.Gate or TensorRole.Up or TensorRole.Down or TensorRole.Q or TensorRole.K or TensorRole.V or TensorRole.O;
        if (UnitsAreRows) Anchors = anchors.For(part, Units, Inner, gains.Find(gain, Inner));
    }

    /// <summary>Makes room for the sums, when the first band is about to be read.</summary>
    public void Begin()
    {
        lock (begin)
        {
            if (!UnitsAreRows) Columns ??= new ColumnBuckets(checked((int)Units));
            else if (keepsUnits) Table ??= new UnitTable(checked((int)Units));
        }
    }

    public TensorPart Part { get; }
    public long Units { get; }
    public long Inner { get; }

    /// <summary>Units lie along the rows of the stored tensor; otherwise along its columns.</summary>
    public bool UnitsAreRows { get; }

    /// <summary>Side of the two-sided sketch; 0 for none.</summary>
    public int LinearSize { get; }

    /// <summary>Sign times gain per inner index.</summary>
    public float[] Factors { get; }

    /// <summary>FFN units and attention heads are chosen when their layer is complete; their sketches are kept until then.</summary>
    public UnitTable? Table { get; private set; }

    /// <summary>Sums per column, when units lie along the columns.</summary>
    public ColumnBuckets? Columns { get; private set; }

    /// <summary>Where to keep rows of anchor tokens; null when the part is no vocabulary.</summary>
    public AnchorSink? Anchors { get; }

    public long Count => Units * Inner;

    /// <summary>The unit sketches are no longer needed.</summary>
    public void ReleaseTable() => Table = null;

    /// <summary>The finished summary; frees what is no longer needed.</summary>
    public PartSketch Finish(BandSums sums)
    {
        var moments = sums.Sample.ToMoments(Count, sums.Sums, sums.NonFinite);
        var common = Part.Role == TensorRole.Buffer || sums.Sample.Trivial;
        if (Columns is not null)
        {
            Table = Columns.ToUnits();
            Columns = null;
        }

        float[]? linear = null;
        if (!common && LinearSize > 0 && Count > 0)
        {
            linear = sums.Linear ?? LinearSketch.OfUnits(Table!, LinearSize);
            LinearSketch.Centre(linear, LinearSize, Units, Factors, moments.Mean);
        }

        if (!keepsUnits || common) Table = null;
        return new PartSketch
        {
            Role = Part.Role, IsBias = Part.IsBias, Layer = Part.Layer, Expert = Part.Expert, Head = Part.Head, Inferred = Part.Inferred,
            Units = Units, Inner = Inner, Moments = moments, CommonMaterial = common, Linear = linear, GainOffset = Part.GainOffset,
        };
    }
}
