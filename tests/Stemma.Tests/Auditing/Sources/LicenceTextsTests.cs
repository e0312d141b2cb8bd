using Stemma.Auditing.Sources;

namespace Stemma.Tests.Auditing.Sources;

public sealed class LicenceTextsTests
{
    [Fact]
    public void A_licence_is_known_whatever_its_holder_and_its_line_breaks() => Assert.Equal("MIT", LicenceTexts.Of(ModelFolder.Mit.Split('\n')));

    [Theory]
    [InlineData("ISC License\n\n", "ISC")]
    [InlineData("", "ISC")]
    [InlineData(null, "0BSD")]
    public void A_licence_is_not_taken_for_the_one_that_asks_for_nothing(string? title, string licence)
    {
        var condition = title is null ? "" : ", provided that the above copyright notice and this permission notice appear in all copies";
        var text = $"""
            {title}Copyright (c) 2024 Some One

            Permission to use, copy, modify, and/or distribute this software for any
            purpose with or without fee is hereby granted{condition}.

            THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
            REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
            AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
            INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
            LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
            OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
            PERFORMANCE OF THIS SOFTWARE.
            """;
        Assert.Equal(licence, LicenceTexts.Of(text.Split('\n')));
    }

    [Theory]
    [InlineData("                  GNU LIBRARY GENERAL PUBLIC LICENSE\n                       Version 2, June 1991", "LGPL-2.0-only")]
    [InlineData("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "LGPL-3.0-only")]
    [InlineData("GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007", "AGPL-3.0-only")]
    [InlineData("GNU Free Documentation License\nVersion 1.2, November 2002", "GFDL-1.2-only")]
    [InlineData("GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991", "GPL-2.0-only")]
    [InlineData("About the GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991", null)]
    public void The_licences_of_GNU_are_told_apart_by_what_they_say_of_themselves(string heading, string? licence) => Assert.Equal(licence, LicenceTexts.Of(heading.Split('\n')));

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
