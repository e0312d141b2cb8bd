using Stemma.Judging;

namespace Stemma.Reporting;

/// <summary>A layer map in few words: consecutive layers that meet consecutive layers are one run.</summary>
internal sealed record LayerRun(int Subject, int Reference, int Length, double MeanScore)
{
    public string SubjectText => Text(Subject);

    public string ReferenceText => Text(Reference);

    public static IReadOnlyList<LayerRun> Of(IEnumerable<LayerMatch> map)
    {
        var runs = new List<LayerRun>();
        foreach (var match in map)
        {
            var last = runs.Count == 0 ? null : runs[^1];
            if (last is not null && match.SubjectLayer == last.Subject + last.Length && match.ReferenceLayer == last.Reference + last.Length)
            {
                runs[^1] = last with { Length = last.Length + 1, MeanScore = last.MeanScore + (match.Score - last.MeanScore) / (last.Length + 1) };
            }
            else
            {
                runs.Add(new(match.SubjectLayer, match.ReferenceLayer, 1, match.Score));
            }
        }

        return runs;
    }

    private string Text(int first) => Length == 1 ? $"{first}" : $"{first} to {first + Length - 1}";
}
