namespace Stemma.Deriving.Grids;

/// <summary>
/// The numbers of one part, seen as a matrix [outputs, inputs] whichever way the file stores it, and changed along either side. A vector has outputs only.
/// Nothing is read before the result is.
/// </summary>
/// <param name="Stored">As the file lays it out.</param>
/// <param name="OutputsAlongColumns">The file stores [inputs, outputs], or the part is a vector.</param>
/// <param name="Name">The tensor, for refusals.</param>
internal sealed record PartGrid(Grid Stored, bool OutputsAlongColumns, string Name)
{
    public long Outputs => OutputsAlongColumns ? Stored.Columns : Stored.Rows;

    /// <summary>1 for a vector.</summary>
    public long Inputs => OutputsAlongColumns ? Stored.Rows : Stored.Columns;

    /// <summary>Output i becomes what output <paramref name="order"/>[i] was.</summary>
    public PartGrid TakeOutputs(int[] order) => TakeOutputs(order.Length, new(order));

    /// <summary>The same with an order that is worked out when the first row is asked for.</summary>
    public PartGrid TakeOutputs(int count, Lazy<int[]> order) => Take(count, order, OutputsAlongColumns);

    /// <summary>Input j becomes what input <paramref name="order"/>[j] was.</summary>
    public PartGrid TakeInputs(int[] order) => TakeInputs(order.Length, new(order));

    /// <summary>The same with an order that is worked out when the first row is asked for.</summary>
    public PartGrid TakeInputs(int count, Lazy<int[]> order) => Take(count, order, !OutputsAlongColumns);

    /// <summary>More outputs behind the old ones.</summary>
    /// <param name="more">How many.</param>
    /// <param name="make">A number for a stored row and a stored column of what is added.</param>
    public PartGrid ExtendOutputs(int more, Func<long, long, float> make) => Extend(more, make, OutputsAlongColumns);

    /// <summary>More inputs behind the old ones.</summary>
    public PartGrid ExtendInputs(int more, Func<long, long, float> make) => Extend(more, make, !OutputsAlongColumns);

    /// <summary>diag(factors) W.</summary>
    public PartGrid ScaleOutputs(float[] factors) => Scale(factors, OutputsAlongColumns);

    /// <summary>W diag(factors).</summary>
    public PartGrid ScaleInputs(float[] factors) => Scale(factors, !OutputsAlongColumns);

    /// <summary>Every number by itself, given its place: output, input. Draws that depend on the place are the same however the file lies.</summary>
    public PartGrid Each(Func<long, long, float, float> change) => ByRow((row, values) =>
    {
        for (var i = 0; i < values.Length; i++) values[i] = OutputsAlongColumns ? change(i, row, values[i]) : change(row, i, values[i]);
    });

    /// <summary>Each output's row of inputs by itself. Where the file stores [inputs, outputs] the part is held in memory.</summary>
    public PartGrid EachOutput(RowsChange change) => this with { Stored = OutputsAlongColumns ? WholeGrid.EachColumn(Stored, change, Name) : new ChangedRows(Stored, change) };

    /// <summary>Each input's column of outputs by itself. Where the file stores [outputs, inputs] the part is held in memory.</summary>
    public PartGrid EachInput(RowsChange change) => this with { Stored = OutputsAlongColumns ? new ChangedRows(Stored, change) : WholeGrid.EachColumn(Stored, change, Name) };

    /// <summary>Other numbers in the same layout.</summary>
    /// <param name="matrix">[outputs, inputs].</param>
    public PartGrid With(Grid matrix) => this with { Stored = OutputsAlongColumns ? WholeGrid.Transposed(matrix, Name) : matrix };

    /// <summary>As [outputs, inputs].</summary>
    public Grid AsMatrix() => OutputsAlongColumns ? WholeGrid.Transposed(Stored, Name) : Stored;

    private PartGrid Take(int count, Lazy<int[]> order, bool columns) => this with { Stored = columns ? new TakenColumns(Stored, count, order) : new TakenRows(Stored, count, order) };

    private PartGrid Extend(int more, Func<long, long, float> make, bool columns)
    {
        var added = new MadeGrid(columns ? Stored.Rows : more, columns ? more : Stored.Columns, (row, values) =>
        {
            for (var i = 0; i < values.Length; i++) values[i] = make(row, i);
        });
        return this with { Stored = columns ? JoinedGrid.SideBySide([Stored, added]) : JoinedGrid.Below([Stored, added]) };
    }

    private PartGrid Scale(float[] factors, bool columns) => ByRow((row, values) =>
    {
        if (!columns)
        {
            var factor = factors[row];
            foreach (ref var value in values) value *= factor;
            return;
        }

        var each = factors.AsSpan(0, values.Length);
        for (var i = 0; i < values.Length; i++) values[i] *= each[i];
    });

    /// <summary>Stored rows one by one.</summary>
    private PartGrid ByRow(RowChange change) => this with
    {
        Stored = new ChangedRows(Stored, (first, rows, columns) =>
        {
            for (var i = 0; i * columns < rows.Length; i++) change(first + i, rows.Slice(i * columns, columns));
        }),
    };
}
