using System.Reflection;

namespace Stemma.Anatomy.Families;

/// <summary>The families that this build knows: every file of <c>architectures/</c>, embedded in the assembly.</summary>
internal static class ArchitectureLibrary
{
    private static readonly Lazy<IReadOnlyList<ArchitectureFamily>> Loaded = new(Load);

    private static readonly Lazy<HashSet<string>> Ends = new(() =>
        Loaded.Value.SelectMany(family => family.Patterns.Keys).Select(key => LastWord(key).ToString()).ToHashSet(StringComparer.Ordinal));

    /// <summary>All families by name.</summary>
    public static IReadOnlyList<ArchitectureFamily> All => Loaded.Value;

    /// <summary>The last words of all names of all families: a name that ends otherwise is nobody's.</summary>
    public static HashSet<string> LastWords => Ends.Value;

    /// <summary>The last word of a key, numbers behind it left aside.</summary>
    public static ReadOnlySpan<char> LastWord(ReadOnlySpan<char> key)
    {
        while (key.EndsWith(".#")) key = key[..^2];
        return key[(key.LastIndexOf('.') + 1)..];
    }

    private static IReadOnlyList<ArchitectureFamily> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        List<ArchitectureFile> files = [];
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.Contains(".architectures.", StringComparison.Ordinal)) continue;
            using var text = assembly.GetManifestResourceStream(resource)!;
            files.Add(ArchitectureFile.Parse(resource, text));
        }

        return ArchitectureBuilder.Build(files);
    }
}
