namespace Stemma.Tests.Support;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution file, found upwards from the test program.</summary>
    public static string Root { get; } = Find();

    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Source files under a folder; what a build made is not source.</summary>
    public static IEnumerable<string> Sources(string folder, string pattern = "*.cs") =>
        Directory.EnumerateFiles(At(folder), pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split('/', '\\').Any(part => part is "obj" or "bin" or "artifacts"))
            .Order(StringComparer.Ordinal);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Stemma.slnx"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests run from a build inside the source tree.");
    }
}
