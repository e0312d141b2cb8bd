using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Gguf;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;

namespace Stemma.Deriving.Operations;

/// <summary>
/// Writes a model as one GGUF file, with the names, keys and order of rows of llama.cpp's converter. Every matrix has one type, as with
/// <c>llama-quantize --pure</c>; vectors and routers stay F32.
/// </summary>
public sealed record QuantiseGguf : Derivation
{
    /// <summary>The type of the matrices: plain numbers, or blocks that <see cref="TensorEncoder.CanWriteBlocks"/> knows; null to keep the parent's.</summary>
    public TensorType? Type { get; init; }

    internal override bool WritesGguf => true;

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var model = input.Model;
        LinearWeights.Require(model, Name);
        var architecture = GgufModelKeys.ArchitectureOf(model);
        if (Checkpoints.Gguf.GgufPairing.Applies(architecture)) Requirements.Heads(model, Name);
        var keys = GgufModelKeys.Of(model, architecture, Type);
        var notices = GgufTokenKeys.Add(model, architecture, keys).ToList();
        var tensors = new GgufTensors(model, architecture, Type);
        var positions = new GgufPositions(model, architecture);
        IReadOnlyList<OutputTensor> outputs = [.. positions.Table() is { } table ? [table] : Array.Empty<OutputTensor>(), .. tensors.Plan()];
        return new() { Tensors = outputs, Keys = keys, Notices = [.. notices, .. positions.LeftOut(), .. GgufModelKeys.LeftOut(model), .. tensors.Notices()] };
    }
}
