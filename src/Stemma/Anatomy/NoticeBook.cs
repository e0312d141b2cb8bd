using Stemma.Foundation;

namespace Stemma.Anatomy;

/// <summary>Collects what should be said, one notice per code and reason however many tensors it concerns.</summary>
internal sealed class NoticeBook
{
    private readonly Dictionary<(string Code, string Reason), (string First, int Count, bool LimitsCoverage)> _entries = [];

    /// <summary>Notes one tensor.</summary>
    /// <param name="code">Short stable word.</param>
    /// <param name="reason">Plain words that follow the tensors' names.</param>
    /// <param name="tensor">The name as stored.</param>
    /// <param name="limitsCoverage">True when weights may be missing from the comparison.</param>
    public void Add(string code, string reason, string tensor, bool limitsCoverage = false)
    {
        var key = (code, reason);
        _entries[key] = _entries.TryGetValue(key, out var entry) ? entry with { Count = entry.Count + 1 } : (tensor, 1, limitsCoverage);
    }

    /// <summary>Notes something that concerns no single tensor.</summary>
    public void Say(string code, string text, bool limitsCoverage = false) => _entries[(code, text)] = ("", 1, limitsCoverage);

    /// <summary>The notices in the order in which they first came up.</summary>
    public IReadOnlyList<Notice> ToNotices() =>
    [
        .. _entries.Select(entry => new Notice(entry.Key.Code, entry.Value.First.Length == 0
            ? entry.Key.Reason
            : $"{SafeText.Escape(entry.Value.First)}{(entry.Value.Count > 1 ? $" and {entry.Value.Count - 1} more" : "")}: {entry.Key.Reason}", entry.Value.LimitsCoverage)),
    ];
}
