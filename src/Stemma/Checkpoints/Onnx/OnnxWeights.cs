using System.Globalization;
using Stemma.Checkpoints.Shards;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Onnx;

/// <summary>Checks initialisers against the files that hold their numbers and gives them their place and name.</summary>
internal sealed class OnnxWeights(WeightFile file, int index)
{
    private const int MostFiles = 10_000;

    private static readonly Dictionary<long, TensorType> Types = new()
    {
        [1] = TensorType.F32,
        [2] = TensorType.U8,
        [3] = TensorType.I8,
        [4] = TensorType.U16,
        [5] = TensorType.I16,
        [6] = TensorType.I32,
        [7] = TensorType.I64,
        [9] = TensorType.Bool,
        [10] = TensorType.F16,
        [11] = TensorType.F64,
        [12] = TensorType.U32,
        [13] = TensorType.U64,
        [14] = TensorType.C64,
        [16] = TensorType.BF16,
        [17] = TensorType.F8E4M3,
        [18] = TensorType.F8E4M3Fnuz,
        [19] = TensorType.F8E5M2,
        [20] = TensorType.F8E5M2Fnuz,
        [24] = TensorType.F8E8M0,
    };

    private static readonly string[] Keys = ["location", "offset", "length", "checksum"];

    private readonly Dictionary<string, int> _numberOf = new(StringComparer.Ordinal);
    private readonly List<WeightFile> _more = [];
    private readonly List<Notice> _notices = [];

    /// <summary>The tensors of a graph.</summary>
    /// <exception cref="StemmaException">An initialiser is not as it must be, or lies where it must not.</exception>
    public FileContents Place(OnnxGraph graph)
    {
        try
        {
            var unread = new List<string>();
            var placed = new List<TensorInfo>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var tensor in graph.Initialisers)
            {
                if (tensor.Name.Length == 0 || !names.Add(tensor.Name)) throw Refuse(tensor, tensor.Name.Length == 0 ? "an initialiser without a name" : $"two initialisers named '{tensor.Name}'", "each name once");
                if (Place(tensor) is { } info) placed.Add(info);
                else unread.Add(tensor.Name);
            }

            if (unread.Count > 0)
                _notices.Add(new("unread-tensor", $"{unread.Count} initialisers have types or forms that cannot be read: {string.Join(", ", unread.Take(5).Select(SafeText.Escape))}", LimitsCoverage: true));
            if (graph.PassedOver > 0)
                _notices.Add(new("unread-tensor", $"{graph.PassedOver} constants, inner graphs or sparse tensors of the graph were not read; they may hold weights", LimitsCoverage: true));
            return new FileContents(OnnxNames.Give(OnnxQuantised.Give(placed, graph, _notices), graph, _notices), new Dictionary<string, string>(), _notices) { More = _more };
        }
        catch
        {
            foreach (var one in _more) one.Dispose();
            throw;
        }
    }

    private TensorInfo? Place(OnnxTensor tensor)
    {
        var count = (Int128)1;
        foreach (var size in tensor.Shape)
        {
            count *= size;
            if (size < 0 || count > long.MaxValue / 8) throw Refuse(tensor, $"tensor '{tensor.Name}' of [{string.Join(", ", tensor.Shape)}]", "sizes from 0, fewer than 2^60 numbers");
        }

        if (!Types.TryGetValue(tensor.Type, out var type) || (tensor.Scattered && count > 0)) return null;
        var bytes = (long)count * type.BitsOf() / 8;
        if (tensor.IsExternal) return External(tensor, type, bytes);
        var (start, length) = tensor.Data ?? (tensor.At, 0);
        if (length != bytes) throw Refuse(tensor, $"tensor '{tensor.Name}' of {length} bytes", $"{bytes} bytes, as its shape and type need");
        return new(tensor.Name, type, tensor.Shape, index, start, bytes);
    }

    private TensorInfo External(OnnxTensor tensor, TensorType type, long bytes)
    {
        if (tensor.Data is not null || tensor.External.Keys.FirstOrDefault(key => !Keys.Contains(key)) is not null || !tensor.External.TryGetValue("location", out var location))
            throw Beside(tensor, $"tensor '{tensor.Name}' with {string.Join(", ", tensor.External.Keys)}", "numbers either here or elsewhere, by location, offset, length and checksum");
        var offset = Number(tensor, "offset") ?? 0;
        var number = Open(tensor, location);
        var length = Number(tensor, "length") ?? bytes;
        if (length != bytes) throw Beside(tensor, $"tensor '{tensor.Name}' of {length} bytes", $"{bytes} bytes, as its shape and type need");
        if (offset > _more[number].Length || bytes > _more[number].Length - offset)
            throw Beside(tensor, $"tensor '{tensor.Name}' at {offset}, {bytes} bytes long, in {location} of {_more[number].Length}", "numbers inside the file", "download the file again: it may be cut short");
        // Files beside this one have no index yet: the first is -1.
        return new(tensor.Name, type, tensor.Shape, -1 - number, offset, bytes);
    }

    /// <summary>A plain file name in the model's folder: no folders, no way up (CVE-2022-25882, CVE-2024-27318), no links that lead elsewhere.</summary>
    private int Open(OnnxTensor tensor, string location)
    {
        if (_numberOf.TryGetValue(location, out var known)) return known;
        if (!ShardIndex.IsPlainName(location))
            throw file.Refuse(FaultCode.UnsafeName, tensor.At, $"the location '{location}' of tensor '{tensor.Name}'", "a plain file name without folders or control characters");
        if (_more.Count == MostFiles) throw Beside(tensor, $"more than {MostFiles} files of external data", "fewer");
        if (file.Folder is not { } folder) throw Beside(tensor, $"tensor '{tensor.Name}' in {location}, of a model that stands alone", "a model in a folder");
        _more.Add(folder.Open(location));
        return _numberOf[location] = _more.Count - 1;
    }

    private long? Number(OnnxTensor tensor, string key)
    {
        if (!tensor.External.TryGetValue(key, out var text)) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        throw Beside(tensor, $"the {key} '{text}' of tensor '{tensor.Name}'", "a whole number from 0, in digits");
    }

    private StemmaException Refuse(OnnxTensor tensor, string found, string allowed) => file.Refuse(FaultCode.OnnxTensorInvalid, tensor.At, found, allowed, "export the model again");

    private StemmaException Beside(OnnxTensor tensor, string found, string allowed, string remedy = "export the model again") => file.Refuse(FaultCode.OnnxExternalInvalid, tensor.At, found, allowed, remedy);
}
