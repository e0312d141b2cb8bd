using System.Text.Json.Nodes;
using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>Configurations of published models by name: the sizes, without weights.</summary>
public static class ShapeLibrary
{
    private const string Room = ".Deriving.shapes.";

    /// <summary>All names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(ShapeLibrary).Assembly.GetManifestResourceNames().Where(name => name.Contains(Room, StringComparison.Ordinal))
            .Select(NameOf).Order(StringComparer.Ordinal),
    ];

    /// <summary>The configuration of a name, or of a config.json.</summary>
    /// <param name="nameOrFile">One of <see cref="Names"/>, a folder with a config.json, or such a file.</param>
    /// <exception cref="StemmaException">There is no such name or file, or it is no configuration.</exception>
    internal static JsonObject Read(string nameOrFile)
    {
        var assembly = typeof(ShapeLibrary).Assembly;
        var resource = Array.Find(assembly.GetManifestResourceNames(), name => name.Contains(Room, StringComparison.Ordinal) && NameOf(name).Equals(nameOrFile, StringComparison.OrdinalIgnoreCase));
        if (resource is not null)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return ConfigFile.Parse(bytes.ToArray(), nameOrFile);
        }

        if (Directory.Exists(nameOrFile) && ConfigFile.Read(nameOrFile) is { } inFolder) return inFolder;
        if (File.Exists(nameOrFile) && Path.GetFileName(nameOrFile).EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return ConfigFile.Parse(Companions.Bytes(Path.GetDirectoryName(Path.GetFullPath(nameOrFile))!, Path.GetFileName(nameOrFile), 16 << 20, FaultCode.ConfigInvalid), nameOrFile);
        throw new StemmaException(FaultCode.DerivationParameter, nameOrFile, null, "no known model and no configuration", $"{string.Join(", ", Names)}, or a config.json");
    }

    private static string NameOf(string resource) => resource[(resource.IndexOf(Room, StringComparison.Ordinal) + Room.Length)..^".json".Length];
}
