namespace Stemma.Foundation;

/// <summary>
/// Seeded pseudo-randomness by hashing a position, so that any element can be drawn alone, in any order, on any machine.
/// The mixer is SplitMix64's finaliser (Steele, Lea, Flood 2014, variant 13 of Stafford).
/// </summary>
public static class SeededHash
{
    /// <summary>Hash of one position under a seed; uniform over 64 bits.</summary>
    public static ulong Mix(ulong seed, ulong position)
    {
        unchecked
        {
            var z = seed + (position + 1) * 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A fair sign, +1 or -1, for one position.</summary>
    public static float Sign(ulong seed, ulong position) => (Mix(seed, position) >> 63) == 0 ? 1f : -1f;

    /// <summary>A seed that belongs to a name: the 64-bit FNV-1a hash of its UTF-8 bytes, mixed once.</summary>
    public static ulong SeedOf(string name)
    {
        unchecked
        {
            var hash = 0xCBF29CE484222325UL;
            foreach (var b in System.Text.Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 0x100000001B3UL;
            return Mix(hash, 0);
        }
    }
}
