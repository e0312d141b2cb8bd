using System.Globalization;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Shards;

/// <summary>
/// Models whose matrices were cut for several processors, as Meta publishes the larger Llamas: <c>consolidated.00.pth</c>, <c>consolidated.01.pth</c> and so on hold the same names, each a
/// share of every matrix (tensor parallelism, Shoeybi et al., arXiv 1909.08053). While they are being joined, the number of its file stands behind a tensor's name.
/// </summary>
internal static class ParallelParts
{
    private const string Stem = "consolidated.", Ending = ".pth";
    private const int Digits = 2;
    private const char Mark = '@';

    /// <summary>True for names of several parts of one model.</summary>
    public static bool Are(IReadOnlyList<string> names) => names.Count > 1 && names.All(name => NumberOf(name) is not null);

    /// <summary>The parts in their order; null when the names are not those of parts alone.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ShardMissing"/>.</exception>
    public static List<string>? Complete(IModelFolder folder, IReadOnlyList<string> names)
    {
        var numbers = names.Select(NumberOf).ToHashSet();
        if (names.Count == 0 || numbers.Contains(null)) return null;
        var missing = Enumerable.Range(0, names.Count).Cast<int?>().FirstOrDefault(number => !numbers.Contains(number));
        if (missing is { } number)
            throw new StemmaException(FaultCode.ShardMissing, folder.Shown, null, $"{names.Count} parts of a model without {NameOf(number)}", "all parts", "download the missing file");
        return [.. Enumerable.Range(0, names.Count).Select(NameOf)];
    }

    /// <summary>All parts beside the one that is named, when there are several.</summary>
    public static List<string>? Siblings(IModelFolder folder, string name)
    {
        if (NumberOf(name) is null) return null;
        var present = folder.Names().Where(one => NumberOf(one) is not null).ToList();
        return present.Count > 1 ? Complete(folder, present) : null;
    }

    /// <summary>The number in a part's name, from 0; null when it is no part's.</summary>
    public static int? NumberOf(string file) =>
        file.Length == Stem.Length + Digits + Ending.Length && file.StartsWith(Stem, StringComparison.Ordinal) && file.EndsWith(Ending, StringComparison.Ordinal)
            && int.TryParse(file.AsSpan(Stem.Length, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The name of a tensor's share.</summary>
    public static string ShareOf(string tensor, int part) => $"{tensor}{Mark}{part}";

    /// <summary>The tensor that a share belongs to, and the number of its part; null for a tensor that is not cut.</summary>
    public static (string Tensor, int Part)? Shared(string share) =>
        share.LastIndexOf(Mark) is var at and > 0 && int.TryParse(share.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var part) ? (share[..at], part) : null;

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Stem}{number:D2}{Ending}");
}
