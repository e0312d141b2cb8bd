using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Stemma.Running.Templating;

/// <summary>A dictionary that keeps the order in which its keys came, as Python's does.</summary>
internal sealed class TemplateMap : IEnumerable<KeyValuePair<string, object?>>
{
    private readonly OrderedDictionary<string, object?> _entries = new(StringComparer.Ordinal);

    public TemplateMap()
    {
    }

    public TemplateMap(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        foreach (var (key, value) in entries) _entries[key] = value;
    }

    /// <summary>How many keys.</summary>
    public int Count => _entries.Count;

    /// <summary>Sets a key.</summary>
    public object? this[string key]
    {
        set => _entries[key] = value;
    }

    /// <summary>Looks a key up.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => _entries.TryGetValue(key, out value);

    /// <summary>True when the key is there.</summary>
    public bool Contains(string key) => _entries.ContainsKey(key);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
