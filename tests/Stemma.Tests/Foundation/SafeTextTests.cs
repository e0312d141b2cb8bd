using Stemma.Foundation;

namespace Stemma.Tests.Foundation;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("model.weight", "model.weight")]
    [InlineData("a\u001b[31mred", "a\\u{1b}[31mred")]
    [InlineData("line\nbreak", "line\\u{a}break")]
    [InlineData("right\u202eleft", "right\\u{202e}left")]
    public void Escape_makes_names_of_strangers_safe_to_print(string name, string shown) => Assert.Equal(shown, SafeText.Escape(name));

    [Fact]
    public void Escape_cuts_what_is_too_long() => Assert.True(SafeText.Escape(new string('x', 10_000)).Length < SafeText.Longest + 40);
}
