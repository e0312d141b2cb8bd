using Stemma.Anatomy;
using Stemma.Checkpoints.Remote;
using Stemma.Foundation;

namespace Stemma.Cli;

/// <summary>
/// Short names for the models on a command line: the last part of the path, with folders in front only where two would be the same.
/// Reports carry these and never a path of this machine.
/// </summary>
internal static class ModelNames
{
    private static readonly string[] Endings = [".stemma", ".safetensors.index.json", ".safetensors", ".bin.index.json", ".bin", ".pth", ".pt", ".gguf", ".onnx"];

    public static IReadOnlyList<string> Of(IReadOnlyList<string> paths)
    {
        var parts = paths.Select(Parts).ToList();
        var names = parts.Select(one => one[^1]).ToList();
        for (var depth = 2; depth <= 8 && Twins(names, parts).Count > 0; depth++)
        {
            var twins = Twins(names, parts);
            for (var at = 0; at < names.Count; at++)
            {
                if (twins.Contains(names[at])) names[at] = string.Join('/', parts[at].TakeLast(depth));
            }
        }

        // The same path given twice, or twins deeper than anyone names them.
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at < names.Count; at++)
        {
            var times = seen[names[at]] = seen.GetValueOrDefault(names[at]) + 1;
            if (times > 1) names[at] = $"{names[at]} ({times})";
        }

        return names;
    }

    /// <summary>The ending is one that weights or fingerprints have.</summary>
    public static bool LooksLikeModel(string path) => Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Refuses what is not there before anything is read: a typing error in the last path must not cost hours on the first.</summary>
    public static void CheckExist(IEnumerable<string> paths)
    {
        foreach (var path in paths.SelectMany(Places).Where(path => !HubId.IsHub(path) && !File.Exists(path) && !Directory.Exists(path)))
        {
            throw new StemmaException(FaultCode.NotFound, path, null, "nothing is there", "a folder, a weight file or a .stemma file", "Check the path");
        }
    }

    /// <summary>The name of one model alone.</summary>
    public static string Of(string path) => Of([path])[0];

    /// <summary>Names of different places. One place named twice needs no more folders, only a number.</summary>
    private static HashSet<string> Twins(List<string> names, List<string[]> parts)
    {
        var (places, twins) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var at = 0; at < names.Count; at++)
        {
            var place = string.Join('/', parts[at]);
            if (!places.TryAdd(names[at], place) && places[names[at]] != place) twins.Add(names[at]);
        }

        return twins;
    }

    /// <summary>The places of a base and its adapters; else the one.</summary>
    private static IEnumerable<string> Places(string path) => ModelOpener.Split(path) is var (model, adapter) ? [.. Places(model), adapter] : [path];

    private static string[] Parts(string path)
    {
        if (ModelOpener.Split(path) is var (model, adapter))
        {
            var joint = Parts(model);
            joint[^1] += "+" + Parts(adapter)[^1];
            return joint;
        }

        if (HubId.IsHub(path)) return PartsOf(HubId.Parse(path));
        var parts = Full(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return ["model"];
        var ending = Array.Find(Endings, one => parts[^1].Length > one.Length && parts[^1].EndsWith(one, StringComparison.OrdinalIgnoreCase));
        if (ending is not null) parts[^1] = parts[^1][..^ending.Length];
        return FromHubCache(parts);
    }

    /// <summary>The revision is part of the name where one was given: two states of a model are two models.</summary>
    private static string[] PartsOf(HubId id)
    {
        var parts = id.Repository.Split('/');
        if (id.Revision != HubId.DefaultRevision) parts[^1] += "@" + (HubId.IsCommit(id.Revision) ? id.Revision[..12] : id.Revision);
        return parts;
    }

    private static string Full(string path)
    {
        if (path.Length == 0 || path.Contains('\0')) throw new StemmaException(FaultCode.Usage, path, null, "an empty path or one with a zero byte", "a folder or a file");
        return Path.GetFullPath(path);
    }

    /// <summary>A snapshot in the Hugging Face cache is called after its repository, not after its commit.</summary>
    private static string[] FromHubCache(string[] parts)
    {
        if (parts is [.., var model] && model.StartsWith("models--", StringComparison.Ordinal)) return [.. parts[..^1], model["models--".Length..].Replace("--", "/")];
        if (parts is not [.., var repository, "snapshots", _] || !repository.StartsWith("models--", StringComparison.Ordinal)) return parts;
        return [.. parts[..^3], repository["models--".Length..].Replace("--", "/")];
    }
}
