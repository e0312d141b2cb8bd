using System.Text.Json.Nodes;
using Stemma.Checkpoints.Safetensors;
using Stemma.Deriving.Models;
using Stemma.Foundation;

namespace Stemma.Deriving.Writing;

/// <summary>Where a new model will stand.</summary>
internal interface IModelPlace
{
    /// <summary>Refuses a place that is taken, before anything is read. Only what a derivation wrote is ever replaced, and never a parent.</summary>
    void CheckPlace(IReadOnlyList<string> parents);

    /// <summary>Writes everything and puts it in its place.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.WriteFailed"/>, or what reading the parents threw; nothing is left behind.</exception>
    DerivationResult Write(DerivationPlan plan, IReadOnlyDictionary<string, string> metadata);
}

/// <summary>Writes a plan as a folder that appears whole or not at all.</summary>
internal sealed class ModelFolder(string folder, DerivationOptions options, IWorkProgress progress, CancellationToken cancel) : IModelPlace
{
    private const string Partial = ".partial", Replaced = ".replaced";

    private readonly string _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    public void CheckPlace(IReadOnlyList<string> parents)
    {
        if (parents.Any(parent => Path.TrimEndingDirectorySeparator(Path.GetFullPath(parent)) == _folder))
            throw Refuse(FaultCode.WouldOverwrite, "the folder is one of the parents", "a new folder", "choose another name with -o");
        if (File.Exists(_folder)) throw Refuse(FaultCode.WouldOverwrite, "a file stands there", "a new folder", "choose another name with -o");
        if (!Directory.Exists(Path.GetDirectoryName(_folder))) throw Refuse(FaultCode.WriteFailed, "the folder above it does not exist", "a folder inside an existing one", "create that first");
        foreach (var leftover in new[] { _folder + Partial, _folder + Replaced })
            if (Path.Exists(leftover)) throw Refuse(FaultCode.WouldOverwrite, $"{Path.GetFileName(leftover)}, left by a run that was cut off", "no such folder", "delete it");
        if (!Directory.Exists(_folder) || !Directory.EnumerateFileSystemEntries(_folder).Any()) return;
        if (!options.Replace) throw Refuse(FaultCode.WouldOverwrite, "the folder is not empty", "a new folder", "choose another name with -o, or give --force to replace a model that stemma derive wrote");
        if (!Lineage.IsDerived(_folder)) throw Refuse(FaultCode.WouldOverwrite, "the folder holds something that stemma derive did not write", "a new folder", "choose another name with -o");
    }

    public DerivationResult Write(DerivationPlan plan, IReadOnlyDictionary<string, string> metadata)
    {
        var partial = _folder + Partial;
        try
        {
            Directory.CreateDirectory(partial);
            var files = WriteShards(partial, plan, metadata);
            if (plan.Config is not null) File.WriteAllBytes(Path.Combine(partial, plan.ConfigName), ConfigFile.Write(plan.Config));
            foreach (var copy in plan.Companions) File.WriteAllBytes(Path.Combine(partial, copy.Name), Companions.Bytes(copy));
            PutInPlace(partial);
            return new(_folder, files, plan.Tensors.Sum(Bytes), plan.Notices);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.WriteFailed, folder, null, $"it could not be written: {problem.Message}", "", "Check the permissions and the free space"), problem);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    /// <summary>What is replaced stands aside until its successor is in place.</summary>
    private void PutInPlace(string partial)
    {
        var old = Directory.Exists(_folder);
        if (old) Directory.Move(_folder, _folder + Replaced);
        Directory.Move(partial, _folder);
        if (old) Directory.Delete(_folder + Replaced, recursive: true);
    }

    private List<string> WriteShards(string place, DerivationPlan plan, IReadOnlyDictionary<string, string> metadata)
    {
        var shards = Cut(plan.Tensors);
        var names = Enumerable.Range(1, shards.Count).Select(n => shards.Count == 1 ? $"{plan.Stem}.safetensors" : $"{plan.Stem}-{n:D5}-of-{shards.Count:D5}.safetensors").ToList();
        progress.Begin($"writing {Path.GetFileName(_folder)}", plan.Tensors.Sum(Bytes));
        try
        {
            for (var s = 0; s < shards.Count; s++) WriteShard(Path.Combine(place, names[s]), shards[s], metadata);
        }
        finally
        {
            progress.End();
        }

        if (shards.Count > 1) WriteIndex(Path.Combine(place, $"{plan.Stem}.safetensors.index.json"), shards, names);
        return names;
    }

    private void WriteShard(string path, List<OutputTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var writer = new SafetensorsWriter(file, [.. tensors.Select(t => new SafetensorsTensor(t.Name, t.Type, t.Shape))], metadata);
        var bands = new BandWriter(writer.Append, options.Threads > 0 ? options.Threads : Environment.ProcessorCount, progress, cancel);
        foreach (var tensor in tensors) bands.Write(tensor);
        writer.Finish();
    }

    private static void WriteIndex(string path, List<List<OutputTensor>> shards, List<string> names)
    {
        var map = new JsonObject();
        foreach (var (name, file) in shards.SelectMany((shard, s) => shard.Select(t => (t.Name, names[s]))).OrderBy(pair => pair.Name, StringComparer.Ordinal)) map[name] = file;
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = shards.Sum(shard => shard.Sum(Bytes)) }, ["weight_map"] = map };
        File.WriteAllBytes(path, ConfigFile.Write(index));
    }

    private List<List<OutputTensor>> Cut(IReadOnlyList<OutputTensor> tensors)
    {
        var shards = new List<List<OutputTensor>>();
        var room = -1L;
        foreach (var tensor in tensors)
        {
            if (shards.Count == 0 || Bytes(tensor) > room)
            {
                shards.Add([]);
                room = options.ShardBytes;
            }

            shards[^1].Add(tensor);
            room -= Bytes(tensor);
        }

        return shards;
    }

    private static long Bytes(OutputTensor tensor) => new SafetensorsTensor(tensor.Name, tensor.Type, tensor.Shape).ByteLength;

    private StemmaException Refuse(FaultCode code, string found, string allowed, string remedy) => new(code, folder, null, found, allowed, remedy);
}
