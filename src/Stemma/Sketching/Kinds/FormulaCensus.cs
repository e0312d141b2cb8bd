using System.Runtime.InteropServices;
using Stemma.Foundation;
using Stemma.Sketching.Kernels;

namespace Stemma.Sketching.Kinds;

/// <summary>Whether every row of a matrix is one that anybody computes alike. The first row of something else ends the search.</summary>
internal struct FormulaCensus
{
    private bool _noSinusoids, _noStates;

    /// <summary>All rows that were seen follow one formula.</summary>
    public readonly bool Holds => !(_noSinusoids && _noStates);

    /// <summary>Adds a row.</summary>
    /// <param name="unit">Its index in the matrix.</param>
    /// <param name="row">Stored numbers.</param>
    /// <param name="columns">How many.</param>
    public void Add<TSource>(long unit, ReadOnlySpan<byte> row, int columns)
        where TSource : struct, IRowSource
    {
        if (_noSinusoids && _noStates) return;
        ref var x = ref MemoryMarshal.GetReference(row);
        // Both formulas settle the first number, which spares nearly every row of weights the rest.
        var first = columns == 0 ? float.NaN : TSource.Load(ref x, 0);
        _noSinusoids |= !KnownFormula.MayBeginSinusoid(first, unit);
        _noStates |= !KnownFormula.MayBeginStates(first);
        if (_noSinusoids && _noStates) return;
        using var numbers = new Rented<float>(columns);
        for (var j = 0; j < columns; j++) numbers.Span[j] = TSource.Load(ref x, j);
        _noSinusoids = _noSinusoids || !KnownFormula.IsSinusoid(numbers.Span, unit);
        _noStates = _noStates || !KnownFormula.IsStates(numbers.Span);
    }

    /// <summary>Adds what was seen elsewhere; the order does not matter.</summary>
    public void Merge(FormulaCensus other)
    {
        _noSinusoids |= other._noSinusoids;
        _noStates |= other._noStates;
    }
}
