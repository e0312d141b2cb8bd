using Stemma.Anatomy.Values;
using Stemma.Comparing.Published;
using Stemma.Foundation;
using Stemma.Judging.Banks;

namespace Stemma.Benching;

/// <summary>What a bench runs.</summary>
public sealed record BenchOptions
{
    /// <summary>Names of <see cref="PublishedMethods"/> to run beside Stemma, which always runs; null for all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Models that can be run also read the probe texts that come with Stemma, and their likeness stands among the evidence.</summary>
    public bool Probe { get; init; }

    /// <summary>Pairs at a time; 0 for one per processor.</summary>
    public int Threads { get; init; }
}

/// <summary>Runs every pair of a zoo through Stemma and the published methods.</summary>
public static class BenchRun
{
    /// <param name="zoo">Models of known descent.</param>
    /// <param name="comparer">Stemma itself.</param>
    /// <param name="options">What to run.</param>
    /// <param name="clock">Measures the seconds; the engine has no clock of its own.</param>
    /// <param name="progress">Told about pairs.</param>
    /// <param name="cancel">Stops between two pairs.</param>
    /// <exception cref="StemmaException">A model was refused.</exception>
    public static BenchResult Run(ModelZoo zoo, IPairComparer comparer, BenchOptions options, TimeProvider clock, IWorkProgress progress, CancellationToken cancel)
    {
        var methods = PublishedMethods.Create().Where(m => options.Methods?.Contains(m.Name) != false).ToList();
        var open = new Dictionary<string, ModelWeights>(StringComparer.Ordinal);
        try
        {
            foreach (var model in zoo.Models) open[model.Name] = ModelWeights.Open(model.Path);
            var pairs = zoo.Pairs();
            var outcomes = new PairOutcome[pairs.Count];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount, CancellationToken = cancel };
            progress.BeginItems($"comparing all pairs of {zoo.Name}", pairs.Count, "pairs");
            try
            {
                Parallel.For(0, pairs.Count, parallel, at =>
                {
                    var (subject, reference) = pairs[at];
                    outcomes[at] = One(zoo, subject, reference, comparer, methods, open, clock, cancel);
                    progress.Advance(1);
                });
            }
            finally
            {
                progress.End();
            }

            outcomes = [.. WithFamily(zoo, comparer, outcomes)];
            return new()
            {
                Zoo = zoo,
                Methods = [new(StemmaScore.Method, StemmaScore.Source), .. methods.Select(m => new BenchMethod(m.Name, m.Source))],
                Pairs = outcomes,
                Models = Models(zoo, open, outcomes),
            };
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<StemmaException>().FirstOrDefault() is { } refused)
        {
            throw new StemmaException(refused.Fault, several);
        }
        finally
        {
            foreach (var model in open.Values) model.Dispose();
        }
    }

    /// <summary>What all models tell together: merges and stacks change a pair's relation and operations, never whether it is related.</summary>
    private static IEnumerable<PairOutcome> WithFamily(ModelZoo zoo, IPairComparer comparer, PairOutcome[] outcomes)
    {
        var family = comparer.CompareFamily([.. zoo.Models.Select(m => m.Path)], [.. outcomes.Select(o => o.Result)]);
        return outcomes.Zip(family.Pairs, (outcome, result) => outcome with
        {
            Result = result,
            Scores = [outcome.Scores[0] with { Value = StemmaScore.Of(result.Verdict) }, .. outcome.Scores.Skip(1)],
        });
    }

    private static PairOutcome One(
        ModelZoo zoo, ZooModel subject, ZooModel reference, IPairComparer comparer, List<IPublishedMethod> methods, Dictionary<string, ModelWeights> open, TimeProvider clock,
        CancellationToken cancel)
    {
        var started = clock.GetTimestamp();
        var result = comparer.Compare(subject.Path, reference.Path, cancel);
        var scores = new List<MethodScore> { new(StemmaScore.Of(result.Verdict), result.Verdict.Log10P, "", clock.GetElapsedTime(started).TotalSeconds) };
        foreach (var method in methods)
        {
            started = clock.GetTimestamp();
            var score = method.Score(open[subject.Name], open[reference.Name]);
            scores.Add(new(score.Value, score.Log10P, score.WhyNot, clock.GetElapsedTime(started).TotalSeconds));
        }

        return new() { Subject = subject, Reference = reference, Class = zoo.ClassOf(subject, reference), Result = result, Scores = scores };
    }

    /// <summary>The shape of each model that stands in a pair; its digest and family are those of the comparison.</summary>
    private static Dictionary<string, BankModel> Models(ModelZoo zoo, Dictionary<string, ModelWeights> open, PairOutcome[] outcomes)
    {
        var parties = outcomes.SelectMany(o => new[] { (o.Subject.Name, Party: o.Result.Subject), (o.Reference.Name, Party: o.Result.Reference) })
            .DistinctBy(p => p.Name, StringComparer.Ordinal).ToDictionary(p => p.Name, p => p.Party, StringComparer.Ordinal);
        return zoo.Models.Where(m => parties.ContainsKey(m.Name)).ToDictionary(
            m => m.Name, m => new BankModel(parties[m.Name].Digest, parties[m.Name].Architecture, open[m.Name].Shape.Hidden, open[m.Name].Shape.Layers), StringComparer.Ordinal);
    }
}
