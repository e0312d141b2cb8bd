using Stemma.Checkpoints.Gguf;
using Stemma.Foundation;

namespace Stemma.Deriving.Writing;

/// <summary>Writes a plan as one GGUF file that appears whole or not at all.</summary>
internal sealed class GgufFile(string path, DerivationOptions options, IWorkProgress progress, CancellationToken cancel) : IModelPlace
{
    private const string Ending = ".gguf", Partial = ".partial";

    private readonly string _path = Path.GetFullPath(path);

    public void CheckPlace(IReadOnlyList<string> parents)
    {
        if (!_path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase)) throw Refuse(FaultCode.Usage, "a name without .gguf", "a file name that ends in .gguf", "choose another name with -o");
        if (parents.Any(parent => Path.GetFullPath(parent) == _path)) throw Refuse(FaultCode.WouldOverwrite, "the file is one of the parents", "a new file", "choose another name with -o");
        if (Directory.Exists(_path)) throw Refuse(FaultCode.WouldOverwrite, "a folder stands there", "a new file", "choose another name with -o");
        if (!Directory.Exists(Path.GetDirectoryName(_path))) throw Refuse(FaultCode.WriteFailed, "the folder does not exist", "a file in an existing folder", "create that first");
        if (Path.Exists(_path + Partial)) throw Refuse(FaultCode.WouldOverwrite, $"{Path.GetFileName(_path)}{Partial}, left by a run that was cut off", "no such file", "delete it");
        if (!File.Exists(_path)) return;
        if (!options.Replace) throw Refuse(FaultCode.WouldOverwrite, "the file exists", "a new file", "choose another name with -o, or give --force to replace a file that stemma derive wrote");
        if (!Lineage.IsDerived(_path)) throw Refuse(FaultCode.WouldOverwrite, "the file is none that stemma derive wrote", "a new file", "choose another name with -o");
    }

    public DerivationResult Write(DerivationPlan plan, IReadOnlyDictionary<string, string> metadata)
    {
        var outputs = plan.Tensors.Select(tensor => new GgufOutput(tensor.Name, tensor.Type, tensor.Shape)).ToList();
        var bytes = outputs.Sum(output => output.ByteLength);
        foreach (var (key, value) in metadata.Where(pair => pair.Key.StartsWith(Lineage.Prefix, StringComparison.Ordinal))) plan.Keys!.Text(key, value);
        progress.Begin($"writing {Path.GetFileName(_path)}", bytes);
        try
        {
            using (var file = new FileStream(_path + Partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                var writer = new GgufWriter(file, outputs, plan.Keys!);
                var bands = new BandWriter(writer.Append, options.Threads > 0 ? options.Threads : Environment.ProcessorCount, progress, cancel);
                foreach (var tensor in plan.Tensors) bands.Write(tensor);
                writer.Finish();
            }

            File.Move(_path + Partial, _path, overwrite: options.Replace);
            return new(_path, [Path.GetFileName(_path)], bytes, plan.Notices);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.WriteFailed, path, null, $"it could not be written: {problem.Message}", "", "Check the permissions and the free space"), problem);
        }
        finally
        {
            progress.End();
            if (File.Exists(_path + Partial)) File.Delete(_path + Partial);
        }
    }

    private StemmaException Refuse(FaultCode code, string found, string allowed, string remedy) => new(code, path, null, found, allowed, remedy);
}
