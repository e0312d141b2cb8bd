using System.Runtime.InteropServices;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Safetensors;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Running;

/// <summary>Token ids and logits as files.</summary>
public static class TokenFiles
{
    private const int MostBytes = 64 << 20;

    /// <summary>Reads a JSON array of token ids.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.RunTokens"/> when it is none, or empty.</exception>
    public static IReadOnlyList<int> ReadIds(string path)
    {
        if (!File.Exists(path)) throw new StemmaException(FaultCode.NotFound, path, null, "no such file", "", "check the path");
        try
        {
            var bytes = CompanionFile.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path), MostBytes, FaultCode.RunTokens);
            if (JsonSerializer.Deserialize<List<int>>(bytes) is { Count: > 0 } ids) return ids;
            throw new StemmaException(FaultCode.RunTokens, path, null, "no token ids", "a JSON array of whole numbers, for example [1, 15043]");
        }
        catch (JsonException e)
        {
            throw new StemmaException(new Fault(FaultCode.RunTokens, path, null, e.Message, "a JSON array of whole numbers, for example [1, 15043]", ""), e);
        }
    }

    /// <summary>Runs a text through a model and writes the logits after each token: a safetensors file with the tensor <c>logits</c>, F32 [tokens, vocabulary].</summary>
    /// <exception cref="StemmaException">An id is not of the vocabulary, or the text is too long.</exception>
    public static void WriteLogits(Transformer model, IReadOnlyList<int> ids, Stream stream, CancellationToken cancel = default)
    {
        var run = model.Start(ids.Count);
        var writer = new SafetensorsWriter(stream, [new("logits", TensorType.F32, [ids.Count, model.Vocabulary])]);
        run.Score([.. ids], (_, logits) => writer.Append(MemoryMarshal.AsBytes(logits)), cancel);
        writer.Finish();
    }
}
