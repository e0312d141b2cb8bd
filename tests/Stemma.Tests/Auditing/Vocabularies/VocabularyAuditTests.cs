using Stemma.Auditing;
using Stemma.Auditing.Vocabularies;
using static Stemma.Tests.Auditing.Vocabularies.Lists;

namespace Stemma.Tests.Auditing.Vocabularies;

public sealed class VocabularyAuditTests
{
    private static readonly string[] A = Words(4_000, 1);

    [Fact]
    public void A_vocabulary_is_the_same_as_itself()
    {
        var finding = Kinship(A, A);
        Assert.Equal("same-vocabulary", finding.Code);
        Assert.Equal((1.0, 4_000.0, 1.0), (finding.Numbers["jaccard"], finding.Numbers["same_ids"], finding.Numbers["neighbours_kept"]));
        Assert.Equal([(0, 4_258)], finding.Ids.Select(range => (0, range.Last)));
    }

    [Fact]
    public void Tokens_added_behind_make_an_extension_and_the_other_way_round()
    {
        string[] more = [.. A, .. Words(500, 2)];
        Assert.Equal("extends-vocabulary", Kinship(more, A).Code);
        Assert.Equal("contained-in-vocabulary", Kinship(A, more).Code);
        Assert.Contains("with the same ids", Kinship(more, A).Sentence, StringComparison.Ordinal);
        Assert.Contains("under other ids", Kinship([.. Words(500, 2), .. A], A).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void The_same_words_in_an_order_of_their_own_are_separate(double places)
    {
        // Every word shared, the order alike to a rank correlation of 0.99 and more: still no list that was copied.
        var audit = VocabularyAudit.Run(Vocabulary("b", Jittered(A, places, 3)), [Vocabulary("a", A)]);
        Assert.Equal("separate-vocabularies", audit.Findings[0].Code);
        Assert.DoesNotContain(audit.Findings, finding => finding.Code == "stitched-vocabulary");
        if (places <= 40) Assert.True(audit.Comparisons[0].Shared.Spearman > 0.99);
    }

    [Fact]
    public void Common_material_alone_is_nothing_in_common()
    {
        var finding = Kinship(Words(4_000, 5).Select(word => "x" + word), A);
        Assert.Equal(("separate-vocabularies", 0.0), (finding.Code, finding.Numbers["shared"]));
    }

    [Fact]
    public void A_list_made_of_three_is_cut_where_they_meet()
    {
        var (b, c) = (Words(3_000, 6), Words(3_000, 7));

        // The second list without what the first has, then new words, then a part of the third.
        string[] made = [.. A, .. b.Where(word => !A.Contains(word)), .. Words(1_000, 8), .. c[500..2_000]];
        var audit = VocabularyAudit.Run(Vocabulary("made", made.Distinct()), [Vocabulary("a", A), Vocabulary("b", b), Vocabulary("c", c)]);
        Assert.Equal(["a", "b", null, "c"], audit.Blocks.Select(block => block.Reference));
        int[] expected = [259 + 4_000, 259 + 7_000, 259 + 8_000];
        for (var i = 0; i < 3; i++) Assert.InRange(audit.Blocks[i + 1].First, expected[i] - 5, expected[i] + 5);
        var finding = audit.Findings.Single(finding => finding.Code == "stitched-vocabulary");
        Assert.Equal(3, finding.Ids.Count);
    }

    [Fact]
    public void A_third_of_the_words_taken_out_at_random_leaves_one_order()
    {
        var dice = new Random(9);
        var kept = A.Where(_ => dice.Next(3) > 0).ToArray();
        Assert.Equal("contained-in-vocabulary", Kinship(kept, A).Code);
        Assert.Equal("extends-vocabulary", Kinship(A, kept).Code);
        Assert.Equal("vocabulary-in-common", Kinship([.. kept, .. Words(600, 10)], A).Code);
    }

    [Fact]
    public void Inversions_are_counted_as_trying_every_pair_counts_them()
    {
        var b = Jittered(A[..300], 200, 11);
        var shared = SharedTokens.Of(Vocabulary("b", b), Vocabulary("a", A[..300]));
        var places = b.Select(word => Array.IndexOf(A, word)).ToArray();
        var inversions = Enumerable.Range(0, 300).Sum(left => Enumerable.Range(left + 1, 299 - left).Count(right => places[left] > places[right]));
        Assert.Equal(1 - (4.0 * inversions / (300 * 299)), shared.Kendall, 12);
        var squares = places.Select((place, at) => Math.Pow(place - at, 2)).Sum();
        Assert.Equal(1 - (6 * squares / (300.0 * ((300 * 300) - 1))), shared.Spearman, 12);
    }

    [Theory]
    [InlineData(" the", true)]
    [InlineData("我们", true)]
    [InlineData("a", false)]
    [InlineData(" a", false)]
    [InlineData("    ", false)]
    [InlineData("123", false)]
    [InlineData("!!!", false)]
    [InlineData("中", false)]
    public void Tokens_of_two_letters_count(string token, bool counts) => Assert.Equal(counts, CommonMaterial.IsTelling(System.Text.Encoding.UTF8.GetBytes(token)));

    [Fact]
    public void No_sentence_says_that_anything_descends()
    {
        foreach (var finding in new[] { Kinship(A, A), Kinship([.. A, .. Words(500, 2)], A), Kinship(A, Words(100, 3)) })
            Assert.DoesNotMatch("(?i)deriv|descend|stolen|copied", finding.Sentence);
    }

    private static AuditFinding Kinship(IEnumerable<string> subject, IEnumerable<string> reference) => VocabularyAudit.Run(Vocabulary("b", subject), [Vocabulary("a", reference)]).Findings[0];
}
