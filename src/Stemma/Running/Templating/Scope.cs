namespace Stemma.Running.Templating;

/// <summary>Names and their values; an inner scope sees the outer ones and leaves them as they are.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>Binds a name here.</summary>
    public void Set(string name, object? value) => _values[name] = value;

    /// <summary>The value of a name.</summary>
    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._values.TryGetValue(name, out var value)) return value;
        }

        return new Undefined(name);
    }

    private Scope? Outer => outer;
}
