using Stemma.Anatomy;

namespace Stemma.Tests.Anatomy;

/// <summary>What a fingerprint tells about folded gains is what was folded when the model was read.</summary>
public sealed class FoldedGainsTests
{
    [Theory]
    [MemberData(nameof(FamilyTests.Labels), MemberType = typeof(FamilyTests))]
    public void The_gains_of_every_family_are_told_from_its_name_and_its_parts(string label)
    {
        var fixture = FamilyTests.Fixture(label);
        using var folder = new CompanionFolder();
        if (fixture.Config is { } config) folder.With("config.json", config);
        AsRead(AnatomyReader.Read(Header.Parse(fixture.Lines), folder.Path, label));
    }

    [Theory]
    [InlineData("norm_f", true)]
    [InlineData("other", false)]
    public void Of_unknown_names_gains_are_folded_where_a_last_norm_shows_that_norms_come_first(string last, bool folded)
    {
        var lines = string.Join('\n', Enumerable.Range(0, 3).SelectMany(n => new[]
        {
            $"blocks.{n}.norm_one.weight [16]", $"blocks.{n}.att.query.weight [16,16]", $"blocks.{n}.att.key.weight [16,16]", $"blocks.{n}.att.value.weight [16,16]",
            $"blocks.{n}.att.proj.weight [16,16]", $"blocks.{n}.norm_two.weight [16]", $"blocks.{n}.ff.up.weight [64,16]", $"blocks.{n}.ff.down.weight [16,64]",
        })) + $"\ntok.embed.weight [300,16]\n{last}.weight [{(folded ? 16 : 7)}]";
        var anatomy = AnatomyReader.Read(Header.Parse(lines), null, "home-made");
        Assert.Equal("inferred", anatomy.Architecture);
        Assert.Equal(folded, anatomy.Assignments.Any(a => a.Parts[0].InputGain is not null));
        AsRead(anatomy);
    }

    private static void AsRead(ModelAnatomy anatomy)
    {
        var parts = anatomy.Assignments.SelectMany(a => a.Parts).ToList();
        var gains = new FoldedGains(anatomy.Architecture, parts.Where(p => !p.IsBias).Select(p => new GainReference(p.Role, p.Layer)));
        foreach (var part in parts.Where(p => !p.IsBias && p.Role != TensorRole.Unknown))
            Assert.Equal(part.Role is TensorRole.O or TensorRole.Down ? part.OutputGain : part.InputGain, gains.Of(part.Role, part.Layer));
    }
}
