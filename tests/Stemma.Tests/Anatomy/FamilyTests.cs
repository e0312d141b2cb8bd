using Stemma.Anatomy;
using Stemma.Anatomy.Families;

namespace Stemma.Tests.Anatomy;

/// <summary>A small checkpoint of one family.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Family">The family that must be found.</param>
/// <param name="Config">Its config.json, or null for none.</param>
/// <param name="Lines">Name, shape, expected parts.</param>
internal sealed record FamilyFixture(string Label, string Family, string? Config, string Lines);

public sealed class FamilyTests
{
    private static readonly IReadOnlyList<FamilyFixture> All =
        [.. LlamaNamesFixtures.All, .. MoeFixtures.All, .. FusedFixtures.All, .. GptFixtures.All, .. EncoderFixtures.All, .. GgufFixtures.All];

    public static TheoryData<string> Labels => [.. All.Select(fixture => fixture.Label)];

    internal static FamilyFixture Fixture(string label) => All.Single(one => one.Label == label);

    [Theory]
    [MemberData(nameof(Labels))]
    public void Every_tensor_of_a_family_gets_its_roles_slices_and_gains(string label)
    {
        var fixture = Fixture(label);
        using var folder = new CompanionFolder();
        if (fixture.Config is { } config) folder.With("config.json", config);

        var anatomy = AnatomyReader.Read(Header.Parse(fixture.Lines), folder.Path, label);

        Assert.Equal(fixture.Lines.Trim() + "\n", Header.Render(anatomy));
        Assert.Equal(fixture.Family, anatomy.Architecture);
    }

    [Fact]
    public void Every_architecture_file_loads_and_has_a_fixture()
    {
        Assert.True(ArchitectureLibrary.All.Count >= 45);
        Assert.Empty(ArchitectureLibrary.All.Select(family => family.Name).Except(All.Select(fixture => fixture.Family)));
    }

    [Fact]
    public void Names_decide_and_a_false_declaration_changes_nothing()
    {
        var fixture = All.Single(one => one.Label == "nanoGPT, Linear, no biases");
        using var folder = new CompanionFolder().With("config.json", """{"architectures":["LlamaForCausalLM"],"model_type":"llama"}""");

        var anatomy = AnatomyReader.Read(Header.Parse(fixture.Lines), folder.Path, "liar");

        Assert.Equal("gpt2", anatomy.Architecture);
        Assert.Equal("LlamaForCausalLM", anatomy.DeclaredArchitecture);
    }
}
