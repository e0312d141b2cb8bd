using System.Text;
using Stemma.Comparing;
using Stemma.Comparing.Adapters;
using Stemma.Comparing.Deep;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;
using Stemma.Running.Probing;

namespace Stemma.Reporting.Verifying;

/// <summary>Repeats a report from what it holds, without the models, and says for each part whether it is what it claims to be.</summary>
public static class ReportVerifier
{
    /// <summary>Every check that can be made without the weights.</summary>
    /// <exception cref="StemmaException">The report cannot be read; the fault names the field.</exception>
    public static Verification Verify(ReportFile report)
    {
        List<VerificationCheck> models = [.. report.Fingerprints.Select((one, at) => Fingerprint(report, one, at)), Models(report)];
        // Fingerprints that are known to be damaged would say nothing about the verdict; an answer that was changed is told by its fields.
        IEnumerable<VerificationCheck> verdict = models.TrueForAll(check => check.State == CheckState.Passed) ? Repeated(report, [])
            : [new("verdict", CheckState.NotMade, "The verdict was not repeated: the fingerprints that it rests on are damaged.")];
        return new(report.Path, SummaryOf(report), [Whole(report), Result(report), .. models, .. verdict]);
    }

    /// <summary>As <see cref="Verify(ReportFile)"/>, with the models themselves at hand: their fingerprints are made anew, and a search in the weights is repeated.</summary>
    /// <param name="report">The report.</param>
    /// <param name="models">The models in the order in which the report names them.</param>
    /// <param name="search">Searches the weights of two of them, given by their places in the list.</param>
    public static Verification Verify(ReportFile report, IReadOnlyList<Fingerprint> models, Func<int, int, DeepFindings?> search)
    {
        var alone = Verify(report);
        var checks = alone.Checks.Where(check => check.Name != SearchName).ToList();
        if (models.Count != report.Fingerprints.Count)
        {
            throw new StemmaException(
                FaultCode.Usage, report.Path, null, $"{models.Count} models for a report on {report.Fingerprints.Count}", $"{string.Join(", ", report.Fingerprints.Select(f => f.Name))}, in this order", "");
        }

        for (var at = 0; at < models.Count; at++)
        {
            var stated = report.Fingerprints[at];
            var anew = EmbeddedFingerprint.Of(models[at] with { Name = stated.Name });
            List<Difference> differences = [.. stated.Digest == anew.Digest ? [] : new[] { new Difference($"fingerprints[{at}].digest", anew.Digest, stated.Digest) },
                .. stated.Sha256 == anew.Sha256 ? [] : new[] { new Difference($"fingerprints[{at}].sha256", anew.Sha256, stated.Sha256) }];
            checks.Add(differences.Count == 0
                ? new($"model {stated.Name}", CheckState.Passed, "Its fingerprint, made anew from the weights, is the one in the report, byte for byte.")
                : new($"model {stated.Name}", CheckState.Failed, "These are not the weights that the report is about, or the fingerprint was not made from them.", differences));
        }

        if (report.Searches.Count > 0 && checks.TrueForAll(check => check.State == CheckState.Passed)) checks.AddRange(Repeated(report, models, search));
        return alone with { Checks = checks };
    }

    private const string SearchName = "search in the weights";

    private static VerificationCheck Whole(ReportFile report) => report.Whole.Stated == report.Whole.Actual
        ? new("file", CheckState.Passed, "No byte was changed since the report was written, by the hash at its end.")
        : new("file", CheckState.Failed, "The file is not as it was written.", [new("sha256, at the end of the file", report.Whole.Actual.Length == 0 ? "the last line of a report" : report.Whole.Actual, report.Whole.Stated)]);

    private static VerificationCheck Result(ReportFile report)
    {
        var actual = EmbeddedFingerprint.Hash(Encoding.UTF8.GetBytes(report.ResultText));
        return actual == report.ResultSha256
            ? new("result", CheckState.Passed, "The answer is the JSON that its hash names.")
            : new("result", CheckState.Failed, "The answer was changed, or its hash was.", [new("result_sha256", actual, report.ResultSha256)]);
    }

    private static VerificationCheck Fingerprint(ReportFile report, EmbeddedFingerprint one, int at)
    {
        var place = $"fingerprints[{at}]";
        var name = $"fingerprint of {one.Name}";
        var differences = one.Problems(place).ToList();
        if (differences.Count > 0) return new(name, CheckState.Failed, "Its bytes are not those that the report was written with.", differences);
        try
        {
            var model = one.Open(report.Path);
            if (model.Name != one.Name) differences.Add(new($"{place}.name", model.Name, one.Name));
            if (model.Digest.ToString() != one.Digest) differences.Add(new($"{place}.digest", model.Digest.ToString(), one.Digest));
        }
        catch (StemmaException e)
        {
            differences.Add(new($"{place}.data", e.Fault.Allowed, e.Fault.Found));
        }

        return differences.Count == 0
            ? new(name, CheckState.Passed, $"Every section is whole; the digest of the weights is {one.Digest}.")
            : new(name, CheckState.Failed, "It is not what the report says of it.", differences);
    }

    /// <summary>The answer speaks of the models whose fingerprints are there.</summary>
    private static VerificationCheck Models(ReportFile report)
    {
        var differences = new List<Difference>();
        foreach (var (at, pair) in report.Found.Pairs.Index())
        {
            var place = report.OnePair ? "result" : $"result.comparisons[{at}]";
            foreach (var (side, party) in new[] { ("subject", pair.Subject), ("reference", pair.Reference) })
            {
                var model = report.Fingerprints.FirstOrDefault(f => f.Name == party.Name);
                if (model is null) differences.Add(new($"{place}.{side}.name", string.Join(" or ", report.Fingerprints.Select(f => f.Name)), party.Name));
                else if (model.Digest != party.Digest) differences.Add(new($"{place}.{side}.digest", model.Digest, party.Digest));
            }
        }

        if (report.Fingerprints.DistinctBy(f => f.Name).Count() != report.Fingerprints.Count) differences.Add(new("fingerprints", "each name once", "two of one name"));
        return differences.Count == 0
            ? new("models", CheckState.Passed, "The answer speaks of the models whose fingerprints the report holds.")
            : new("models", CheckState.Failed, "The answer speaks of other models than the fingerprints.", differences);
    }

    private static IEnumerable<VerificationCheck> Repeated(ReportFile report, IReadOnlyList<Fingerprint> models, Func<int, int, DeepFindings?>? search = null)
    {
        var open = models.Count > 0 ? [.. models.Select((model, at) => model with { Name = report.Fingerprints[at].Name })] : report.Fingerprints.Select(f => f.Open(report.Path)).ToList();
        var used = 0;
        DeepFindings? Search(int subject, int reference)
        {
            if (search is not null) return search(subject, reference);
            var found = report.Searches.FirstOrDefault(s => s.Subject == open[subject].Name && s.Reference == open[reference].Name)?.Found;
            if (found is not null) used++;
            return found;
        }

        var pairs = (from known in Enumerable.Range(0, open.Count)
                     from subject in Enumerable.Range(known + 1, open.Count - known - 1)
                     select Judge.Compare(open[subject], open[known], () => Search(subject, known))).ToList();
        var answer = open.Count < 3 ? new FamilyFindings(pairs, []) : FamilyJudge.Judge(open, pairs);
        var computed = report.Found.Pairs.Any(pair => pair.Evidence.Any(NeedsModels));
        // What running the models, or reading adapters, showed no fingerprint holds: it is taken over, and named below as not checked.
        if (computed && answer.Pairs.Count == report.Found.Pairs.Count)
            answer = answer with { Pairs = [.. answer.Pairs.Zip(report.Found.Pairs, (made, told) => made with { Evidence = [.. made.Evidence, .. told.Evidence.Where(NeedsModels)], Caveats = [.. made.Caveats, .. told.Caveats.Where(c => c == Judge.AdaptersAlone)] })] };
        var expected = ReportJson.WriteFound(answer);
        var differences = JsonDifferences.Of(expected, report.ResultText, "result");
        var source = search is null ? "the fingerprints in it" : "the models";
        yield return Verdict(report, answer, differences, source);
        if (computed) yield return new("evidence from the models", CheckState.NotMade, "What running the models on probe texts, or reading adapters, showed was taken from the report; no verdict rests on it. To repeat it: stemma compare with the models.");
        if (search is not null) yield break;
        if (used < report.Searches.Count)
        {
            yield return new(SearchName, CheckState.Failed, "The report holds findings from the weights where the fingerprints decide alone, or for a pair that it does not compare.",
                [new("weights_searched", $"{used} searches", $"{report.Searches.Count} searches")]);
        }
        else if (used > 0)
        {
            yield return new(SearchName, CheckState.NotMade,
                "The fingerprints alone did not decide, so the verdict also rests on a search in the weights. What it found was taken from the report; that the weights really show it can be checked only with the models: stemma verify REPORT MODEL MODEL.");
        }
    }

    private static bool NeedsModels(Evidence evidence) => evidence.Method is RepresentationEvidence.Method or AdapterComparison.IndexMethod or AdapterComparison.ProductsMethod;

    private static VerificationCheck Verdict(ReportFile report, FamilyFindings found, IReadOnlyList<Difference> differences, string source)
    {
        const string name = "verdict";
        if (differences.Count == 0) return new(name, CheckState.Passed, $"Repeated from {source}: the same, up to the rounding of sums (one part in a million).");
        var sameAnswer = found.Pairs.Count == report.Found.Pairs.Count && found.Pairs.Zip(report.Found.Pairs).All(pair =>
            (pair.First.Subject.Name, pair.First.Verdict.Relation, pair.First.Verdict.Direction) == (pair.Second.Subject.Name, pair.Second.Verdict.Relation, pair.Second.Verdict.Direction));
        var here = $"stemma {ReportInput.ProgramVersion}";
        if (report.Program != here && sameAnswer)
        {
            return new(name, CheckState.NotMade, $"The report was written by {SafeText.Escape(report.Program)}, this is {here}: relation and direction come out the same, some figures do not. That version repeats it exactly.", differences);
        }

        return new(name, CheckState.Failed, $"Repeated from {source}, it comes out otherwise.", differences);
    }

    private static string SummaryOf(ReportFile report) => report.OnePair ? report.Found.Pairs[0].Verdict.Summary : PairsText.Headline(report.Found.Pairs);
}
