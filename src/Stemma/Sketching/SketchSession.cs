using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Sketching;

/// <summary>The state of one pass. Matrices are read layer by layer, so that the unit tables of one layer are all that is ever held.</summary>
internal sealed class SketchSession(
    Checkpoint checkpoint, ModelAnatomy anatomy, TokenTable? tokens, Recipe recipe, IWorkProgress progress, CancellationToken cancel)
{
    private readonly GainBook gains = new();
    private readonly ConcurrentBag<TensorSketch> finished = [];
    private readonly ConcurrentBag<BandWorker> workers = [];
    private readonly AnchorCollector anchors = new(AnchorChoice.Make(tokens, VocabularyRows(anatomy), recipe.Anchors));

    public ModelSketch Run(int threads)
    {
        ReadVectors();
        var layers = new List<LayerBuilder>();
        foreach (var group in MatrixGroups())
        {
            var layer = new LayerBuilder(group.Key, recipe.UnitsPerLayer, anatomy.Shape, group.SelectMany(a => a.Parts));
            var passes = group.OrderBy(a => a.Tensor.File).ThenBy(a => a.Tensor.Offset).Select(PassOf).ToLookup(p => layer.IsWitness(p));
            Read([.. passes[true]], layer, threads);
            layer.Choose();
            Read([.. passes[false]], layer, threads);
            layers.Add(layer);
        }

        var byLayer = layers.OrderBy(l => l.Layer).ToList();
        return new ModelSketch
        {
            Recipe = recipe,
            Tensors = [.. finished.OrderBy(t => t.Name, StringComparer.Ordinal)],
            Units = [.. byLayer.Select(l => l.Units()).OfType<Kinds.LayerUnits>()],
            Heads = [.. byLayer.SelectMany(l => l.Heads)],
            Anchors = anchors.Finish(),
        };
    }

    private void ReadVectors()
    {
        var room = RecipeSizing.Budget(anatomy.Assignments.Sum(a => a.Tensor.ByteLength)) / 2;
        foreach (var assignment in anatomy.Assignments.Where(a => RecipeSizing.IsVector(a.Tensor)).OrderBy(a => a.Tensor.Name, StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            room -= assignment.Tensor.Count * sizeof(float);
            finished.Add(VectorPass.Read(checkpoint, assignment, gains, keepValues: room > 0));
            progress.Advance(assignment.Tensor.ByteLength);
        }
    }

    /// <summary>Matrices by layer, layers in file order.</summary>
    private IEnumerable<IGrouping<int, TensorAssignment>> MatrixGroups() =>
        anatomy.Assignments.Where(a => !RecipeSizing.IsVector(a.Tensor))
            .GroupBy(a => a.Parts.Count == 0 ? TensorPart.NoLayer : a.Parts.Max(p => p.Layer))
            .OrderBy(g => g.Min(a => (a.Tensor.File, a.Tensor.Offset)));

    private TensorPass PassOf(TensorAssignment assignment)
    {
        var layout = StreamLayout.Of(assignment.Tensor);
        var parts = layout == assignment.Tensor ? assignment.Parts : [];
        return new(assignment.Tensor, layout, [.. parts.Select(p => new PartPass(p, gains, anchors, recipe.LinearSize))]);
    }

    private void Read(List<TensorPass> passes, LayerBuilder layer, int threads)
    {
        // Tensors that one thread must read alone go first, so that the others fill the time beside them.
        var work = new ConcurrentQueue<(TensorPass Pass, int Band)>(passes.OrderByDescending(p => p.Sequential)
            .SelectMany(p => Enumerable.Range(0, p.Sequential ? Math.Min(1, p.Bands) : p.Bands).Select(band => (p, band))));
        foreach (var empty in passes.Where(p => p.Bands == 0)) finished.Add(empty.Finish());
        ExceptionDispatchInfo? failure = null;

        void Work()
        {
            if (!workers.TryTake(out var worker)) worker = new(checkpoint);
            try
            {
                while (Volatile.Read(ref failure) is null && work.TryDequeue(out var job)) ReadBands(worker, job.Pass, job.Band, layer);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }

            workers.Add(worker);
        }

        var others = Enumerable.Range(1, Math.Max(0, Math.Min(threads, work.Count) - 1)).Select(_ => Task.Run(Work, CancellationToken.None)).ToArray();
        Work();
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();
    }

    private void ReadBands(BandWorker worker, TensorPass pass, int first, LayerBuilder layer)
    {
        var end = pass.Sequential ? pass.Bands : first + 1;
        for (var band = first; band < end; band++)
        {
            cancel.ThrowIfCancellationRequested();
            if (worker.Run(pass, band))
            {
                finished.Add(pass.Finish());
                foreach (var part in pass.Parts) layer.Take(part);
            }

            progress.Advance(pass.RowsOf(band).Count * pass.Layout.RowBytes);
        }
    }

    private static long VocabularyRows(ModelAnatomy anatomy) =>
        anatomy.Assignments
            .Where(a => a.Parts.Any(p => !p.IsBias && p.Role is TensorRole.Embed or TensorRole.LmHead) && !RecipeSizing.IsVector(a.Tensor))
            .Select(a => a.Tensor.Rows).DefaultIfEmpty(0).Min();
}
