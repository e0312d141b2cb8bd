using FsCheck;
using FsCheck.Fluent;
using Stemma.Anatomy;
using Stemma.Anatomy.Families;

namespace Stemma.Tests.Anatomy;

public sealed class FusedLayoutTests
{
    [Fact]
    public void Splitting_and_gathering_a_fused_axis_is_a_permutation_for_any_number_of_heads()
    {
        Prop.ForAll(Gen.Choose(1, 12).Four().ToArbitrary(), sizes =>
        {
            var (groups, perGroup, dim, units) = sizes;
            var heads = new HeadLayout(groups * perGroup, groups, dim, (long)groups * perGroup * dim);
            var full = new HeadLayout(groups * perGroup, groups * perGroup, dim, (long)groups * perGroup * dim);
            return IsPermutation(SplitRule.QkvContiguous, (groups * perGroup + 2 * groups) * dim, heads)
                && IsPermutation(SplitRule.QkvPerGroup, (groups * perGroup + 2 * groups) * dim, heads)
                && IsPermutation(SplitRule.QkvPerHead, 3 * groups * perGroup * dim, full)
                && IsPermutation(SplitRule.GateUp, 2 * units, default)
                && IsPermutation(SplitRule.UpGate, 2 * units, default)
                && IsPermutation(SplitRule.GateUpState, (2 * units) + dim, default(HeadLayout) with { InnerWidth = units })
                && IsPermutation(SplitRule.GateUpInterleaved, 2 * units, default)
                && IsPermutation(SplitRule.KvContiguous, 2 * units, default);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Per_head_rows_are_those_of_a_reshape_to_heads_three_and_head_size()
    {
        const int Heads = 3, Dim = 2;
        var parts = FusedLayouts.Split(SplitRule.QkvPerHead, 3 * Heads * Dim, new HeadLayout(Heads, Heads, Dim, 0), out _)!;
        for (var row = 0; row < 3 * Heads * Dim; row++)
        {
            var expected = new[] { TensorRole.Q, TensorRole.K, TensorRole.V }[row / Dim % 3];
            Assert.Equal(expected, parts.Single(part => Indices(part.Slice).Contains(row)).Role);
        }
    }

    [Theory]
    [InlineData(17, 4, 2, 2)]
    [InlineData(16, 3, 1, 2)]
    public void Sizes_that_do_not_add_up_are_refused_and_never_rounded(int rows, int heads, int groups, int dim)
    {
        Assert.Null(FusedLayouts.Split(SplitRule.QkvContiguous, rows, new HeadLayout(heads, groups, dim, 0), out var reason));
        Assert.NotEmpty(reason);
        Assert.Null(FusedLayouts.Split(SplitRule.QkvPerHead, rows, new HeadLayout(heads, heads, dim, 0), out _));
        Assert.Null(FusedLayouts.Split(SplitRule.QkvPerGroup, rows, new HeadLayout(heads, groups, dim, 0), out _));
    }

    [Theory]
    [InlineData(24, 12)]
    [InlineData(24, 0)]
    public void A_state_space_whose_inner_channels_are_unknown_or_leave_nothing_over_is_left_whole(int rows, int inner)
    {
        Assert.Null(FusedLayouts.Split(SplitRule.GateUpState, rows, default(HeadLayout) with { InnerWidth = inner }, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Heads_that_nobody_states_leave_a_fused_tensor_whole_with_a_notice()
    {
        var fixture = GptFixtures.All.Single(one => one.Family == "gpt-neox");

        var anatomy = AnatomyReader.Read(Header.Parse(fixture.Lines), null, "no config");

        var fused = anatomy.Assignments.Single(assignment => assignment.Tensor.Name.EndsWith("query_key_value.weight", StringComparison.Ordinal));
        Assert.Equal(TensorRole.Unknown, Assert.Single(fused.Parts).Role);
        Assert.Contains(anatomy.Notices, notice => notice.Code == "layout-mismatch" && notice.Text.Contains("number of heads", StringComparison.Ordinal));
    }

    [Fact]
    public void A_config_that_contradicts_a_fused_shape_gives_a_notice_and_no_wrong_split()
    {
        var fixture = FusedFixtures.All.Single(one => one.Family == "phi3");
        using var folder = new CompanionFolder().With("config.json", """{"hidden_size":8,"num_attention_heads":4,"num_key_value_heads":1}""");

        var anatomy = AnatomyReader.Read(Header.Parse(fixture.Lines), folder.Path, "phi");

        Assert.DoesNotContain(anatomy.Assignments.SelectMany(assignment => assignment.Parts), part => part.Role == TensorRole.Q);
        Assert.Contains(anatomy.Notices, notice => notice.Code == "layout-mismatch");
    }

    [Fact]
    public void A_stack_of_claimed_millions_of_experts_is_left_whole()
    {
        var lines = "model.layers.0.mlp.gate.weight [2,8]\nmodel.layers.0.mlp.experts.gate_up_proj [1000000000,2,1]\nmodel.norm.weight [8]";
        var before = GC.GetAllocatedBytesForCurrentThread();

        var anatomy = AnatomyReader.Read(Header.Parse(lines), null, "huge");

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
        Assert.Single(anatomy.Assignments[1].Parts);
        Assert.Contains(anatomy.Notices, notice => notice.Code == "layout-mismatch");
    }

    private static bool IsPermutation(SplitRule rule, int size, HeadLayout heads)
    {
        var parts = FusedLayouts.Split(rule, size, heads, out _);
        return parts is not null && parts.SelectMany(part => Indices(part.Slice)).Order().SequenceEqual(Enumerable.Range(0, size).Select(index => (long)index));
    }

    private static IEnumerable<long> Indices(AxisSlice slice)
    {
        for (var block = 0; block < slice.Blocks; block++)
        {
            for (var index = 0; index < slice.Length; index++) yield return slice.Start + block * slice.Stride + index;
        }
    }
}
