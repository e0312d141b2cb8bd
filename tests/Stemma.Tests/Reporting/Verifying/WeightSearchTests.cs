using System.Text;
using Stemma.Comparing.Deep;
using Stemma.Foundation;
using Stemma.Reporting.Verifying;
using Stemma.Tests.Support;

namespace Stemma.Tests.Reporting.Verifying;

/// <summary>Where the weights themselves decided, a report says so, and verify does not claim more than it did.</summary>
public sealed class WeightSearchTests
{
    [Fact]
    public void A_verdict_from_the_weights_is_verified_in_part_without_them_and_whole_with_them()
    {
        using var folder = new TempFolder();
        // A stranger: the fingerprints find nothing, so the weights are searched.
        var (parent, stranger, report) = (CliRun.Parent, CliRun.Stranger, folder["pair.stemma-report"]);
        using (var reference = Engine.Open(parent))
        using (var subject = Engine.Open(stranger))
        {
            var found = Engine.Compare(subject, reference);
            Assert.True(found.WeightsSearched);
            File.WriteAllText(report, ReportFile.Write(new(new([found], []), [reference.Fingerprint, subject.Fingerprint])));
        }

        var alone = ReportVerifier.Verify(ReportFile.Read(report));
        Assert.Equal(VerificationOutcome.PartlySame, alone.Outcome);
        Assert.Equal(["search in the weights"], alone.Checks.Where(check => check.State == CheckState.NotMade).Select(check => check.Name));
        Assert.Equal(VerificationOutcome.Same, WithModels(report, parent, stranger).Outcome);
        var swapped = WithModels(report, parent, CliRun.Suspect);
        Assert.Equal(VerificationOutcome.Different, swapped.Outcome);
        Assert.Contains(swapped.Checks, check => check.Name == "model stranger" && check.State == CheckState.Failed);
    }

    [Fact]
    public void What_only_running_models_shows_is_taken_over_and_said_to_be_unchecked()
    {
        var (parent, child) = (new TinyModel(1, layers: 2).Sketch("parent"), new TinyModel(1, layers: 2).Trained(2, 0.9, 0.95).Sketch("child"));
        var found = Engine.Compare(child, parent);
        var probed = found with { Evidence = [.. found.Evidence, new() { Method = "representations", Kind = Stemma.Comparing.EvidenceKind.Descriptive, Statistic = 0.5, Detail = "Likeness 0.5." }] };
        var verification = ReportVerifier.Verify(ReportFile.Read("x", Encoding.UTF8.GetBytes(ReportFile.Write(new(new([probed], []), [parent, child])))));
        Assert.Equal(VerificationOutcome.PartlySame, verification.Outcome);
        Assert.Equal(["evidence from the models"], verification.Checks.Where(check => check.State == CheckState.NotMade).Select(check => check.Name));
    }

    [Fact]
    public void What_a_search_found_comes_back_as_it_was()
    {
        var layers = new[] { new DeepLayerPair(0, 1, 0.5, 0.25, false), new DeepLayerPair(1, 0, 0.01, null, true) };
        var found = new DeepFindings { Kind = BasisKind.SignedPermutation, Learned = new(0.9, null, 0.8, 1.01), UnitsInPlace = 0.1, DimensionsPermuted = 128, Layers = layers, Matched = [layers[0]] };
        var pair = Samples.Derived with { Deep = found };
        var back = Assert.Single(ReportFile.Read("x", Encoding.UTF8.GetBytes(ReportFile.Write(new(new([pair], []), [])))).Searches).Found;
        Assert.Equal((found.Kind, found.Learned, found.UnitsInPlace, found.DimensionsPermuted), (back.Kind, back.Learned, back.UnitsInPlace, back.DimensionsPermuted));
        Assert.Equal(found.Layers, back.Layers);
        Assert.Equal(found.Matched, back.Matched);
    }

    private static Verification WithModels(string report, params string[] paths)
    {
        var models = paths.Select(path => Engine.Open(path)).ToList();
        var verification = ReportVerifier.Verify(
            ReportFile.Read(report), [.. models.Select(model => model.Fingerprint)], (subject, reference) => ComparedModel.Search(models[subject], models[reference], NoProgress.Instance, CancellationToken.None));
        models.ForEach(model => model.Dispose());
        return verification;
    }
}
