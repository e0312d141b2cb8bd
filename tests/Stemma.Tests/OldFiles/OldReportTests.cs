using Stemma.Judging;
using Stemma.Reporting;
using Stemma.Reporting.Signing;
using Stemma.Reporting.Verifying;
using Stemma.Tests.Reporting.Signing;
using Stemma.Tests.Support;

namespace Stemma.Tests.OldFiles;

/// <summary>A report and signatures that were once written are read and verified for ever. With STEMMA_UPDATE_GOLDEN=1 what is missing is written; what is there is never written again.</summary>
public sealed class OldReportTests
{
    private static readonly string Report = Place("pair-1.stemma-report");

    [Fact]
    public void A_report_of_the_first_version_is_still_read_and_says_the_same()
    {
        if (Updating && !File.Exists(Report)) File.WriteAllText(Report, Write());
        var verification = ReportVerifier.Verify(ReportFile.Read(Report));
        Assert.NotEqual(VerificationOutcome.Different, verification.Outcome);
        Assert.StartsWith("child ", verification.Summary);
        Assert.Equal(Relation.Derived, SavedReport.Read(Report).Found.Pairs[0].Verdict.Relation);
        Assert.InRange(new FileInfo(Report).Length, 1, 1_000_000);
    }

    [Theory]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    [InlineData(KeyAlgorithm.Ed25519)]
    public void A_signature_of_the_first_version_still_holds(KeyAlgorithm algorithm)
    {
        SignatureTests.Need(algorithm);
        var (key, signature) = (Place($"{algorithm}.pub"), Report + Signer.Ending);
        if (Updating && !File.Exists(key)) Sign(algorithm, key, signature);
        Assert.All(SignatureVerifier.Verify(Report, signature, key), check => Assert.Equal(CheckState.Passed, check.State));
    }

    private static bool Updating => Environment.GetEnvironmentVariable("STEMMA_UPDATE_GOLDEN") == "1";

    private static string Place(string name) => Repository.At("tests", "Stemma.Tests", "OldFiles", name);

    private static string Write()
    {
        var parent = new TinyModel(1, layers: 2);
        var (reference, subject) = (parent.Sketch() with { Name = "parent" }, parent.Trained(2, matrices: 0.9, learned: 0.95).Sketch() with { Name = "child" });
        return ReportFile.Write(new ReportInput(new([Engine.Compare(subject, reference)], []), [reference, subject]));
    }

    /// <summary>The private key is thrown away: nobody can ever sign with it again.</summary>
    private static void Sign(KeyAlgorithm algorithm, string key, string signature)
    {
        using var folder = new TempFolder();
        var (secret, open, _) = Signer.Generate(algorithm);
        File.WriteAllText(folder["key"], secret);
        File.WriteAllBytes(signature, Signer.Sign(Report, folder["key"], signature, null).Envelope);
        File.WriteAllText(key, open);
    }
}
