using Stemma.Tests.Sketching;
using Stemma.Tests.Support;

namespace Stemma.Tests.OldFiles;

/// <summary>Fingerprints that were once written stay readable, and mean what they meant. STEMMA_UPDATE_GOLDEN=1 writes the file of the current version anew.</summary>
public sealed class OldFileTests
{
    private static readonly string Parent = Repository.At("tests", "Stemma.Tests", "OldFiles", "parent-1.stemma");

    [Fact]
    public void The_first_version_is_still_what_a_sketch_of_the_same_model_gives()
    {
        var today = Engine.Fingerprint(Repository.At("examples", "parent"));
        if (Environment.GetEnvironmentVariable("STEMMA_UPDATE_GOLDEN") == "1") File.WriteAllBytes(Parent, SketchBytes.Of(today));
        var old = Engine.Fingerprint(Parent);
        Assert.Equal(SketchBytes.Of(today), SketchBytes.Of(old));
        Assert.Equal(SketchBytes.Of(today), File.ReadAllBytes(Parent));
    }

    [Fact]
    public void The_kept_file_is_within_the_promised_megabyte() => Assert.InRange(new FileInfo(Parent).Length, 1, 1_000_000);
}
