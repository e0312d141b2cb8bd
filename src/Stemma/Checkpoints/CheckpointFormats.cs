using Stemma.Checkpoints.Gguf;
using Stemma.Checkpoints.Onnx;
using Stemma.Checkpoints.PyTorch;
using Stemma.Checkpoints.Safetensors;
using Stemma.Foundation;

namespace Stemma.Checkpoints;

/// <summary>The formats that can be read, in order of preference. A new one is one line here.</summary>
internal static class CheckpointFormats
{
    /// <summary>Every format; an earlier one is preferred when a folder holds both.</summary>
    public static IReadOnlyList<ICheckpointFormat> All { get; } =
    [
        new SafetensorsFormat(),
        new PyTorchFormat(),
        new GgufFormat(),
        new OnnxFormat(),
    ];

    /// <summary>The format whose first bytes the file has; null when none has them.</summary>
    public static ICheckpointFormat? Recognise(WeightFile file) => All.FirstOrDefault(format => format.Recognises(file));

    /// <summary>The format that a file name suggests; null when none does.</summary>
    public static ICheckpointFormat? Suggested(string name) =>
        All.FirstOrDefault(format => format.UsualEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Reads a file by its first bytes.</summary>
    /// <exception cref="StemmaException">When no format recognises it, or the one that does refuses it.</exception>
    public static (ICheckpointFormat Format, FileContents Contents) Read(WeightFile file, int index)
    {
        if (Recognise(file) is { } format) return (format, format.Read(file, index));

        // The name only chooses who looks closer and words the refusal; what a format accepts it accepts by content.
        if (Suggested(file.Name) is { } suggested) return (suggested, suggested.Read(file, index));
        throw file.Refuse(FaultCode.UnknownFormat, 0, ForeignFormats.Describe(file), $"{string.Join(" or ", All.Select(one => one.Name))} weights", "name the folder or file that holds the weights, or convert them to safetensors");
    }
}
