using Stemma.Cli;
using Stemma.Tests.Support;

namespace Stemma.Tests.House;

public sealed class DocsTests
{
    public static TheoryData<string> Pages =>
        [.. new[] { "README.md", "examples/README.md" }.Concat(Repository.Sources("docs", "*.md").Select(file => Path.GetRelativePath(Repository.Root, file)))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_in_the_docs_exists(string page) => Assert.All(DocumentedCommands.In(File.ReadAllText(Repository.At(page))), DocumentedCommands.Parses);

    [Fact]
    public void The_first_screen_shows_commands() => Assert.NotEmpty(DocumentedCommands.In(File.ReadAllText(Repository.At("README.md"))));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_inside_the_tree_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Repository.At(page))!;
        var links = System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(Repository.At(page)), @"\]\(([^)#]+)").Select(match => match.Groups[1].Value);
        Assert.All(links.Where(link => !link.Contains("://", StringComparison.Ordinal)), link => Assert.True(Path.Exists(Path.Combine(folder, link)), $"{page}: {link}"));
    }

    [Fact]
    public void The_page_of_exit_codes_is_the_table_of_the_program() =>
        Assert.Equal(ExitCode.Page(), File.ReadAllText(Repository.At("docs", "reference", "exit-codes.md")));

    [Fact]
    public void Exit_codes_are_0_to_4_once_each() => Assert.Equal([0, 1, 2, 3, 4], ExitCode.All.Select(code => code.Value));

    [Theory]
    [InlineData("parent")]
    [InlineData("suspect")]
    [InlineData("stranger")]
    public void Every_example_model_is_whole(string name) =>
        Assert.All(["model.safetensors", "config.json", "tokenizer.model"], file => Assert.True(new FileInfo(Repository.At("examples", name, file)).Length > 0));
}
