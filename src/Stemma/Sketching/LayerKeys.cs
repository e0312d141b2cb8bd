using System.Runtime.InteropServices;
using System.Text;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>
/// The key of a layer's sketch: everything that it depends on. The recipe, the tensors with their places, what each part means, the state of the files (size and time, or the
/// hub's digest), and the numbers of the gains that are folded in, wherever these stand.
/// </summary>
internal sealed class LayerKeys(Checkpoint checkpoint, ModelAnatomy anatomy, Recipe recipe, GainBook gains)
{
    public Digest128 Of(IEnumerable<TensorAssignment> layer)
    {
        var text = new StringBuilder().Append("stemma.layer/1 ").Append(recipe).Append(anatomy.Shape);
        var tensors = layer.OrderBy(a => a.Tensor.Name, StringComparer.Ordinal).ToList();
        foreach (var (tensor, parts) in tensors)
        {
            text.Append('\n').Append(tensor.Name).Append(' ').Append(tensor.Type).Append(' ').AppendJoin(',', tensor.Shape).Append(' ').Append(tensor.Offset).Append(' ').Append(tensor.Packing?.Name)
                .Append(tensor.PairedRows > 0 ? $" pairs {tensor.PairedRows}" : "").Append(' ').AppendJoin(',', tensor.Strides ?? []).Append(' ').Append(checkpoint.Files[tensor.File]);
            foreach (var part in parts) text.Append('\n').Append(part).Append(Folded(part.InputGain)).Append(Folded(part.OutputGain));
        }

        // Packed weights are put together from tensors that may stand in other files.
        if (tensors.Exists(a => a.Tensor.Packing is not null)) text.Append('\n').AppendJoin(';', checkpoint.Files);
        return Xxh3.Hash128(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private string Folded(GainReference? reference) => gains.Find(reference) is { } gain ? Xxh3.Hash128(MemoryMarshal.AsBytes(gain.AsSpan())).ToString() : "none";
}
