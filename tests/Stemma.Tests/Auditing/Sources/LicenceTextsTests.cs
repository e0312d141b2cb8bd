using Stemma.Auditing.Sources;

namespace Stemma.Tests.Auditing.Sources;

public sealed class LicenceTextsTests
{
    [Fact]
    public void A_licence_is_known_whatever_its_holder_and_its_line_breaks() => Assert.Equal("MIT", LicenceTexts.Of(ModelFolder.Mit.Split('\n')));

    [Fact]
    public void Half_a_licence_is_none() => Assert.Null(LicenceTexts.Of(ModelFolder.Mit[..(ModelFolder.Mit.Length / 2)].Split('\n')));

    [Fact]
    public void A_readme_is_no_licence() => Assert.Null(LicenceTexts.Of(File.ReadAllLines(Support.Repository.At("README.md"))));

    [Theory]
    [InlineData("apache-2.0", "Apache-2.0", true)]
    [InlineData("GPL-3.0-or-later", "gpl-3.0", true)]
    [InlineData("GPL-3.0-only", "GPL", true)]
    [InlineData("LGPL-3.0-only", "GPL-3.0-only", false)]
    [InlineData("llama3", "llama3.1", false)]
    [InlineData("MIT", "Apache-2.0", false)]
    public void Spellings_of_one_licence_are_one(string one, string other, bool same) => Assert.Equal(same, LicenceTexts.Same(one, other));
}
