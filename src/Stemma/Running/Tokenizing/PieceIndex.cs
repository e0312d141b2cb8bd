namespace Stemma.Running.Tokenizing;

/// <summary>
/// Texts that are looked for at a place of another text: sorted once, then narrowed letter by letter by two binary searches, so that a look costs
/// the length of the longest match times the logarithm of their number.
/// </summary>
internal sealed class PieceIndex
{
    private readonly string[] _texts;
    private readonly int[] _ids;

    /// <param name="entries">Texts and what each stands for; of equal texts the first counts.</param>
    public PieceIndex(IEnumerable<(string Text, int Id)> entries)
    {
        var sorted = entries.Where(entry => entry.Text.Length > 0).DistinctBy(entry => entry.Text, StringComparer.Ordinal).OrderBy(entry => entry.Text, StringComparer.Ordinal).ToArray();
        _texts = [.. sorted.Select(entry => entry.Text)];
        _ids = [.. sorted.Select(entry => entry.Id)];
    }

    /// <summary>How many texts there are.</summary>
    public int Count => _texts.Length;

    /// <summary>The longest text that stands at the start; length 0 when none does.</summary>
    public (int Length, int Id) Longest(ReadOnlySpan<char> text)
    {
        var best = (Length: 0, Id: -1);
        var found = new Walk(this);
        while (found.Next(text)) best = (found.Length, found.Id);
        return best;
    }

    /// <summary>Every text that stands at the start, from the shortest.</summary>
    internal struct Walk(PieceIndex index)
    {
        private int _low;
        private int _high = index._texts.Length;
        private int _depth;

        /// <summary>Length of the text that was found last.</summary>
        public int Length { get; private set; }

        /// <summary>What it stands for.</summary>
        public int Id { get; private set; }

        /// <summary>Finds the next longer one.</summary>
        public bool Next(ReadOnlySpan<char> text)
        {
            while (_low < _high && _depth < text.Length)
            {
                var letter = text[_depth];
                (_low, _high) = (Bound(letter, after: false), Bound(letter, after: true));
                _depth++;
                if (_low >= _high || index._texts[_low].Length != _depth) continue;

                // In ordinal order the shortest of a common beginning stands first.
                (Length, Id) = (_depth, index._ids[_low++]);
                return true;
            }

            return false;
        }

        private readonly int Bound(char letter, bool after)
        {
            var (low, high) = (_low, _high);
            while (low < high)
            {
                var middle = (low + high) / 2;
                var other = index._texts[middle][_depth];
                if (other < letter || (after && other == letter)) low = middle + 1;
                else high = middle;
            }

            return low;
        }
    }
}
