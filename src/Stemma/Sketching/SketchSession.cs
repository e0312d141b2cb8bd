using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>A matrix that is about to be read, and the layer that waits for it.</summary>
internal sealed record MatrixJob(TensorAssignment Tensor, TensorPass Pass, LayerBuilder Layer);

/// <summary>
/// The state of one pass. Matrices are read layer by layer, so that the unit tables of the layers being read are all that is ever held;
/// workers run ahead into the next layer while the last bands of one are still being summed.
/// </summary>
internal sealed class SketchSession(
    Checkpoint checkpoint, ModelAnatomy anatomy, TokenTable? tokens, Recipe recipe, ISketchMemory? memory, IWorkProgress progress, CancellationToken cancel)
{
    private readonly GainBook _gains = new();
    private readonly ConcurrentBag<TensorSketch> _finished = [];
    private readonly List<LayerBuilder> _layers = [];
    private readonly List<LayerSketch> _remembered = [];
    private AnchorCollector? _anchors;
    private ExceptionDispatchInfo? _failure;

    public ModelSketch Run(int threads)
    {
        foreach (var vector in VectorPass.ReadAll(checkpoint, anatomy, _gains, progress, cancel)) _finished.Add(vector);
        var parts = Matrices().OrderBy(a => a.Tensor.Name, StringComparer.Ordinal).SelectMany(a => a.Parts);
        _anchors = new(AnchorChoice.Make(tokens, VocabularyRows(), recipe.Anchors), parts, _gains);
        ReadMatrices(threads);
        var layers = _layers.Select(l => (l.Layer, Units: l.Units(), Heads: l.Heads)).Concat(_remembered.Select(l => (l.Layer, l.Units, Heads: (IEnumerable<Kinds.HeadSketch>)l.Heads)))
            .OrderBy(l => l.Layer).ToList();
        return new ModelSketch
        {
            Recipe = recipe,
            Tensors = [.. _finished.OrderBy(t => t.Name, StringComparer.Ordinal)],
            Units = [.. layers.Select(l => l.Units).OfType<Kinds.LayerUnits>()],
            Heads = [.. layers.SelectMany(l => l.Heads)],
            Anchors = _anchors.Finish(),
        };
    }

    private void ReadMatrices(int threads)
    {
        using var queue = new BandQueue(Jobs());
        var others = Enumerable.Range(1, threads - 1).Select(_ => Task.Factory.StartNew(() => Work(queue), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Work(queue);
        Task.WaitAll(others, CancellationToken.None);
        _failure?.Throw();
    }

    private void Work(BandQueue queue)
    {
        try
        {
            var worker = new BandWorker(checkpoint);
            while (Volatile.Read(ref _failure) is null && queue.Take(out var job)) Read(worker, job);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    private void Read(BandWorker worker, BandJob job)
    {
        var (tensor, pass, layer) = job.Matrix;
        var complete = pass.Bands == 0;
        if (job.Count > 0)
        {
            var ((first, _), (last, count)) = (pass.RowsOf(job.First), pass.RowsOf(job.First + job.Count - 1));
            checkpoint.Expect(pass.Layout, first, last + count - first);
        }

        for (var band = job.First; band < job.First + job.Count; band++)
        {
            cancel.ThrowIfCancellationRequested();
            complete = worker.Run(pass, band);
            progress.Advance(pass.RowsOf(band).Count * pass.Layout.RowBytes);
        }

        if (!complete) return;
        var sketch = pass.Finish();
        _finished.Add(sketch);
        layer.Take(tensor, pass);
        layer.Remember(sketch, recipe, memory);
    }

    /// <summary>Matrices by layer, layers in file order; in a layer what decides about units first, then what one thread must read alone, so that others fill the time beside it.</summary>
    private IEnumerable<MatrixJob> Jobs()
    {
        var groups = Matrices()
            .GroupBy(a => a.Parts.Count == 0 ? TensorPart.NoLayer : a.Parts.Max(p => p.Layer))
            .OrderBy(g => g.Min(a => (a.Tensor.File, a.Tensor.Offset)));
        var keys = new LayerKeys(checkpoint, anatomy, recipe, _gains);
        foreach (var group in groups)
        {
            // Vocabularies leave anchor tokens behind, which depend on the tokenizer: they are always read.
            Digest128? key = memory is null || group.Key == TensorPart.NoLayer ? null : keys.Of(group);
            if (key is { } wanted && memory!.Find(group.Key, wanted) is { } known)
            {
                foreach (var tensor in known.Tensors) _finished.Add(tensor);
                _remembered.Add(known);
                progress.Advance(group.Sum(a => a.Tensor.ByteLength));
                continue;
            }

            var layer = new LayerBuilder(group.Key, recipe.UnitsPerLayer, anatomy.Shape, [.. group]) { Key = key };
            _layers.Add(layer);
            var order = group.OrderByDescending(layer.IsWitness).ThenByDescending(a => a.Parts.Any(p => !PartPass.HasUnitsInRows(p)))
                .ThenBy(a => a.Tensor.File).ThenBy(a => a.Tensor.Offset);
            foreach (var assignment in order) yield return new(assignment, PassOf(assignment), layer);
        }
    }

    private IEnumerable<TensorAssignment> Matrices() => anatomy.Assignments.Where(a => !RecipeSizing.IsVector(a.Tensor));

    private TensorPass PassOf(TensorAssignment assignment)
    {
        var tensor = assignment.Tensor;
        var layout = StreamLayout.Of(tensor);
        var parts = ReferenceEquals(layout, tensor) && tensor.Type.IsReal() ? assignment.Parts.Where(PartPass.CanHold) : [];
        return new(tensor, layout, [.. parts.Select(p => new PartPass(p, tensor.Name, _gains, _anchors!, recipe.LinearSize))]);
    }

    private long VocabularyRows() =>
        Matrices().Where(a => a.Parts.Any(p => !p.IsBias && p.Role is TensorRole.Embed or TensorRole.LmHead)).Select(a => a.Tensor.Rows).DefaultIfEmpty(0).Min();
}
