using Stemma.Auditing.Similarity;
using Stemma.Auditing.Sources;

namespace Stemma.Tests.Auditing.Similarity;

public sealed class SharedCodeTests
{
    [Fact]
    public void Code_is_wholly_in_common_with_itself()
    {
        var shared = Compare(ModelFolder.Code("Ours"), ModelFolder.Code("Ours"));
        Assert.Equal((1.0, 0.0), (shared.Share, Assert.Single(shared.Blocks).Renamed));
    }

    [Fact]
    public void Renaming_and_new_line_breaks_do_not_help()
    {
        var shared = Compare(ModelFolder.Renamed("Ours"), ModelFolder.Code("Qwen2"));
        Assert.Equal(1, shared.Share);
        Assert.InRange(Assert.Single(shared.Blocks).Renamed, 0.2, 0.9);
    }

    [Fact]
    public void A_part_pasted_between_other_code_is_found_at_its_lines()
    {
        var own = string.Concat(Enumerable.Range(0, 40).Select(line => $"total_{line} = [{line}, other({line})]\n"));
        var block = Assert.Single(Compare(own + ModelFolder.Code("A") + "\n" + own, ModelFolder.Code("B")).Blocks);
        Assert.InRange(block.First, 40, 45);
        Assert.InRange(block.OtherFirst, 1, 5);
    }

    [Fact]
    public void Headers_imports_and_lists_of_settings_are_nothing_in_common()
    {
        var header = string.Concat(Enumerable.Range(0, 60).Select(line => $"# Licensed under line {line} of some licence\nimport module_{line}\n"));
        string Settings(string word) => string.Concat(Enumerable.Range(0, 60).Select(line => $"self.{word}_{line} = {word}_{line}\n"));
        Assert.Empty(Compare(header + Settings("a"), header + Settings("b")).Blocks);
    }

    [Fact]
    public void One_form_with_names_put_at_random_is_no_copy()
    {
        var dice = new Random(1);
        string Text() => string.Join('\n', ModelFolder.Code("A").Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, "[a-z_]{4,}", match => match.Value is "class" or "super" or "self" or "import" or "from" or "return" or "raise" or "else" ? match.Value : "n" + dice.Next(20))));
        Assert.Empty(Compare(Text(), Text()).Blocks);
    }

    [Fact]
    public void Every_stretch_of_forty_tokens_shares_a_fingerprint()
    {
        var dice = new Random(2);
        List<CodeToken> Draw(int count) => [.. Enumerable.Range(0, count).Select(at => new CodeToken(dice.Next(30), "", at))];
        for (var round = 0; round < 200; round++)
        {
            var common = Draw(Winnowing.Run + Winnowing.Window - 1);
            var (a, b) = (Winnowing.Of([.. Draw(dice.Next(100)), .. common, .. Draw(dice.Next(100))]), Winnowing.Of([.. Draw(dice.Next(100)), .. common, .. Draw(dice.Next(100))]));
            Assert.Contains(a, one => b.Any(other => other.Hash == one.Hash));
        }
    }

    private static SharedCode Compare(string own, string other) => SharedCode.Find("other", Folder(own), Folder(other))!;

    private static FolderText Folder(string code) => new([new("a.py", SourceKind.Code, code.Split('\n'))], []);
}
