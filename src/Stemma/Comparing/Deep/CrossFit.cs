using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Deep;

/// <summary>
/// Every pair of layers in a basis that neither of them helped to fit: layers are dealt into two folds on each side, and the four bases are fitted to the opposite folds.
/// </summary>
internal sealed class CrossFit
{
    private readonly DeepModel _subject, _reference;
    private readonly Matrix?[,] _bases = new Matrix?[2, 2];
    private readonly Dictionary<(int B, int A), double> _rates = [];
    private (int Layer, int Fold, HeadCircuits? Heads) _turned = (-1, -1, null);

    public CrossFit(DeepModel subject, DeepModel reference, BasisSearch search)
    {
        (_subject, _reference) = (subject, reference);
        for (var b = 0; b < 2; b++)
        {
            for (var a = 0; a < 2; a++)
            {
                _bases[b, a] = search.Find(Positions(subject, 1 - b), Positions(reference, 1 - a))?.Basis;
                if (_bases[b, a] is not { } basis) continue;
                foreach (var i in Positions(subject, b))
                {
                    var units = subject.Units[i].In(basis);
                    MatrixMemory.ClearAfter(basis.Rows);
                    foreach (var j in Positions(reference, a)) _rates[(i, j)] = WitnessRate.Of(units, reference.Units[j]);
                }
            }
        }
    }

    /// <summary>Agreement of units by positions of layers, 0 to 1.</summary>
    public IReadOnlyDictionary<(int B, int A), double> Rates => _rates;

    /// <summary>Pairs of layers in an order in which each layer's attention is read and turned once.</summary>
    public static IEnumerable<(int Subject, int Reference)> InOrder(IEnumerable<(int Subject, int Reference)> pairs) =>
        pairs.OrderBy(p => p.Subject).ThenBy(p => p.Reference % 2).ThenBy(p => p.Reference);

    /// <summary>Mean cosine of the heads' circuits of two layers; null where attention cannot be compared. Ask <see cref="InOrder"/>.</summary>
    public double? Attention(int subject, int reference)
    {
        if (_bases[subject % 2, reference % 2] is not { } basis) return null;
        if (_turned.Layer != subject || _turned.Fold != reference % 2) _turned = (subject, reference % 2, _subject.Heads(_subject.Units[subject].Layer)?.In(basis));
        double? likeness = _turned.Heads is { } heads && _reference.Heads(_reference.Units[reference].Layer) is { } other ? heads.Likeness(other) : null;
        MatrixMemory.ClearAfter(basis.Rows);
        return likeness;
    }

    /// <summary>Positions of all layers, or of every second one.</summary>
    public static IReadOnlyList<int> Positions(DeepModel model, int? fold) => [.. Enumerable.Range(0, model.Units.Count).Where(i => fold is null || i % 2 == fold)];
}
