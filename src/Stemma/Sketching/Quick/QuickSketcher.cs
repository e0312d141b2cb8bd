using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Sketching.Quick;

/// <summary>
/// A sketch from about a hundredth of the bytes: all gains and biases, and of matrices the rows of <see cref="QuickRows"/>. What needs whole matrices is left out:
/// heads, down columns, units chosen by content, digests.
/// </summary>
public static class QuickSketcher
{
    /// <param name="name">What to call it while it is read.</param>
    /// <param name="checkpoint">Opened and checked.</param>
    /// <param name="anatomy">Roles of its tensors.</param>
    /// <param name="tokens">Its vocabulary, or null when none was found.</param>
    /// <param name="threads">Worker threads; 0: as many as pay off. Does not change the result.</param>
    /// <param name="progress">Told about bytes.</param>
    /// <param name="cancel">Stops between rows.</param>
    /// <exception cref="StemmaException">A file could not be read.</exception>
    public static ModelSketch Run(
        string name, Checkpoint checkpoint, ModelAnatomy anatomy, TokenTable? tokens, int threads, IWorkProgress progress, CancellationToken cancel)
    {
        var sized = RecipeSizing.For(anatomy.Assignments.Sum(a => a.Tensor.StoredBytes), anatomy);
        var recipe = sized with { UnitsPerLayer = Math.Min(sized.UnitsPerLayer, QuickRows.UnitLimit), Anchors = Math.Min(sized.Anchors, QuickRows.Tokens) };
        var vectors = anatomy.Assignments.Where(a => RecipeSizing.IsVector(a.Tensor)).ToList();
        var vectorBytes = vectors.Sum(a => a.Tensor.ByteLength);
        progress.Begin($"reading rows of {name}", vectorBytes + Estimate(anatomy, recipe));
        try
        {
            var gains = new GainBook();
            var finished = new ConcurrentBag<TensorSketch>(VectorPass.ReadAll(checkpoint, anatomy, gains, progress, cancel));
            var plan = new QuickPlan(anatomy, tokens, recipe, gains);
            ReadAll(plan.Matrices, matrix => finished.Add(matrix.Read(checkpoint, progress, cancel)), threads > 0 ? threads : Math.Max(Environment.ProcessorCount, 2 * checkpoint.Readers));
            return new ModelSketch
            {
                Recipe = recipe,
                Tensors = [.. finished.OrderBy(t => t.Name, StringComparer.Ordinal)],
                Units = plan.Units(),
                Heads = [],
                Anchors = plan.Anchors.Finish(),
                Quick = new(vectorBytes + plan.Matrices.Sum(m => m.Bytes), anatomy.Assignments.Sum(a => a.Tensor.ByteLength)),
            };
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Bytes of matrices that will be read; the gains that the plan itself folds in are not known yet.</summary>
    private static long Estimate(ModelAnatomy anatomy, Recipe recipe) => new QuickPlan(anatomy, null, recipe, new GainBook()).Matrices.Sum(m => m.Bytes);

    private static void ReadAll(IReadOnlyList<QuickMatrix> matrices, Action<QuickMatrix> read, int threads)
    {
        ExceptionDispatchInfo? failure = null;
        var next = -1;
        var others = Enumerable.Range(1, Math.Max(1, Math.Min(threads, matrices.Count)) - 1)
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Work();
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();

        void Work()
        {
            try
            {
                for (int at; Volatile.Read(ref failure) is null && (at = Interlocked.Increment(ref next)) < matrices.Count;) read(matrices[at]);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
