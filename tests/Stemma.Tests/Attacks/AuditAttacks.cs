using System.Text;
using Stemma.Auditing.Sources;
using Stemma.Tests.Auditing;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

/// <summary>Folders made to break an audit: each is read within limits, and what was left out is said.</summary>
public sealed class AuditAttacks
{
    [Fact]
    public void A_huge_file_is_left_out_and_named()
    {
        using var folder = new TempFolder();
        using (var huge = File.Create(folder["huge.py"])) huge.SetLength(1L << 34);
        Assert.Equal("huge.py", Assert.Single(ModelFolder.Audit(folder).NotLookedAt).What);
    }

    [Fact]
    public void Folders_are_followed_so_deep_and_no_deeper()
    {
        using var folder = new TempFolder();
        ModelFolder.Write(folder, string.Concat(Enumerable.Repeat("d/", FolderText.MostDepth)) + "a.py", "x = 1\n");
        ModelFolder.Write(folder, string.Concat(Enumerable.Repeat("d/", FolderText.MostDepth + 1)) + "b.py", "x = 1\n");
        var text = FolderText.Read(folder.Root);
        Assert.Single(text.Files);
        Assert.Contains("deeper", Assert.Single(text.LeftOut).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_out_of_the_folder_is_not_followed()
    {
        using var folder = new TempFolder();
        using var outside = new TempFolder();
        ModelFolder.Write(outside, "private.py", "class Qwen2Attention: pass\n");
        File.CreateSymbolicLink(folder["a.py"], outside["private.py"]);
        Directory.CreateSymbolicLink(folder["inner"], outside.Root);
        Directory.CreateSymbolicLink(folder["round"], folder.Root);
        var audit = ModelFolder.Audit(folder);
        Assert.Empty(audit.Findings);
        Assert.Equal(["a.py", "inner", "round"], audit.NotLookedAt.Select(one => one.What));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_read_around()
    {
        using var folder = new TempFolder();
        folder.Write("a.py", [0xFF, 0xFE, 0xC0, (byte)'\n', .. Encoding.ASCII.GetBytes("class Qwen2Attention: pass\n")]);
        folder.Write("b.py", [1, 0, 2]);
        var audit = ModelFolder.Audit(folder);
        Assert.Equal("a.py:2", Assert.Single(audit.Findings).Place!.ToString());
        Assert.Equal("b.py", Assert.Single(audit.NotLookedAt).What);
    }

    [Theory]
    [InlineData("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nbase_model: y\n")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]\nbase_model: y\n")]
    [InlineData("base_model: \"never closed\n")]
    [InlineData("a: b: c: {\n")]
    public void Front_matter_that_cannot_be_read_is_said(string yaml)
    {
        using var folder = new TempFolder();
        ModelFolder.Write(folder, "README.md", $"---\n{yaml}---\n");
        Assert.Equal("README.md", Assert.Single(ModelFolder.Audit(folder).NotLookedAt).What);
    }

    [Theory]
    [InlineData("copyright (c) (c) (c) ")]
    [InlineData("copied from copied from ")]
    [InlineData("SPDX-License-Identifier: SPDX-License-Identifier: ")]
    [InlineData("[")]
    [InlineData("{\"auto_map\":")]
    [InlineData("'\\")]
    public void Repetitions_come_to_an_end(string piece)
    {
        using var folder = new TempFolder();
        var text = string.Concat(Enumerable.Repeat(piece, 60_000 / piece.Length));
        foreach (var name in new[] { "a.py", "b.json", "c.md", "d.cpp" }) ModelFolder.Write(folder, name, text);
        Assert.Equal(4, ModelFolder.Audit(folder).Subject.Facts.Text.Files.Count);
    }
}
