namespace Stemma.Deriving.Arithmetic;

/// <summary>An orthogonal map of the hidden state.</summary>
internal interface IRotation
{
    /// <summary>Each row x becomes x Q, in place.</summary>
    /// <param name="first">Not used: all rows are turned alike.</param>
    /// <param name="rows">Rows one after another.</param>
    /// <param name="columns">The width.</param>
    void Apply(long first, Span<float> rows, int columns);
}
