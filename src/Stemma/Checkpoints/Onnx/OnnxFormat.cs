using Stemma.Foundation;

namespace Stemma.Checkpoints.Onnx;

/// <summary>ONNX models: a protobuf message whose graph holds the weights as initialisers, in the file or in files beside it (onnx/onnx.proto, onnx/external_data).</summary>
internal sealed class OnnxFormat : ICheckpointFormat
{
    /// <summary>Fields of a ModelProto that are looked at before a file is believed to be none.</summary>
    private const int MostFields = 100_000;

    private const long GraphField = 7;

    public string Name => "onnx";

    public IReadOnlyList<string> UsualEndings { get; } = [".onnx"];

    /// <summary>There is no magic number: the whole file must be fields of a ModelProto, the version first, a graph among them.</summary>
    public bool Recognises(WeightFile file)
    {
        Span<byte> start = stackalloc byte[2];
        if (file.ReadUpTo(0, start) < 2 || start[0] != 8 || start[1] is 0 or > 64) return false;
        try
        {
            var reader = new WireReader(file, 0, file.Length);
            var graph = false;
            for (var seen = 0; reader.Next(out var field); seen++)
            {
                if (seen == MostFields || !IsModelField(field)) return false;
                graph |= field.Number == GraphField;
            }

            return graph;
        }
        catch (StemmaException e) when (e.Fault.Code == FaultCode.OnnxInvalid)
        {
            return false;
        }
    }

    public FileContents Read(WeightFile file, int index)
    {
        if (file.Length == 0) throw file.Refuse(FaultCode.UnknownFormat, 0, ForeignFormats.Describe(file), "an ONNX model");
        var reader = new WireReader(file, 0, file.Length);
        OnnxGraph? graph = null;
        for (var seen = 0; reader.Next(out var field); seen++)
        {
            if (seen == MostFields || !IsModelField(field)) throw reader.Refuse(0, $"field {field.Number} of wire type {field.Kind}", "the fields of an ONNX model");
            if (field.Number != GraphField) continue;
            if (graph is not null) throw reader.Refuse(field.Start, "a second graph", "one");
            graph = OnnxGraph.Read(reader.Message(field));
        }

        if (graph is null) throw reader.Refuse(0, "a model without a graph");
        return new OnnxWeights(file, index).Place(graph);
    }

    private static bool IsModelField(WireField field) => field.Number switch
    {
        1 or 5 => field.Kind == 0,
        2 or 3 or 4 or 6 or GraphField or 8 or 14 or 20 or 25 or 26 => field.Kind == 2,
        _ => false,
    };
}
