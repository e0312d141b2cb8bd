namespace Stemma.Tests.Support;

/// <summary>Finds the larger model zoo beside the repository, if this machine has one.</summary>
internal static class Shared
{
    /// <summary>A path inside the folder <c>shared</c>, found by walking up from the tests and from the current folder; null when absent.</summary>
    public static string? Find(params string[] parts)
    {
        // The test runner moves to the folder of the binary; PWD still says where it was started.
        foreach (var start in (string?[])[AppContext.BaseDirectory, Directory.GetCurrentDirectory(), Environment.GetEnvironmentVariable("PWD")])
        {
            if (string.IsNullOrEmpty(start)) continue;
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                var path = Path.Combine([at.FullName, "shared", .. parts]);
                if (Path.Exists(path)) return path;
            }
        }

        return null;
    }

    /// <summary>The same, or the test is skipped.</summary>
    public static string Require(params string[] parts)
    {
        var path = Find(parts);
        Assert.SkipWhen(path is null, $"no shared/{string.Join('/', parts)} beside the repository");
        return path!;
    }
}
