using Stemma.Anatomy;
using Stemma.Comparing;
using Stemma.Comparing.Methods;
using Stemma.Fingerprints;
using Stemma.Judging;
using Stemma.Sketching.Kinds;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing;

/// <summary>Residual dimensions, attention heads, and all exact tests together, between unrelated models.</summary>
public sealed class IndexNullTests
{
    private const int Hidden = 24, Tokens = 16, Groups = 4, Queries = 2, Layers = 2;

    [Fact]
    public void Residual_dimensions_of_unrelated_models() =>
        NullSimulation.Holds(dice => Residual(dice.Columns(Hidden, Tokens), dice.Columns(Hidden, Tokens)));

    [Fact]
    public void Residual_dimensions_with_outliers_and_a_common_token_profile() =>
        NullSimulation.Holds(dice => Residual(Skewed(dice), Skewed(dice)));

    [Fact]
    public void Directions_that_every_language_model_learns_stand_in_random_dimensions()
    {
        var universal = new Dice(1).Columns(Hidden / 2, Tokens);
        NullSimulation.Holds(dice => Residual(Mixed(dice), Mixed(dice)));

        float[][] Mixed(Dice dice)
        {
            float[][] columns = [.. universal.Select(c => dice.Like(c, 0.9)), .. dice.Columns(Hidden - universal.Length, Tokens)];
            return [.. dice.Order(Hidden).Select(d => columns[d])];
        }
    }

    [Fact]
    public void Dead_and_duplicate_dimensions_prove_nothing()
    {
        NullSimulation.Holds(dice => Residual(Degenerate(dice), Degenerate(dice)));

        static float[][] Degenerate(Dice dice)
        {
            var columns = dice.Columns(Hidden, Tokens);
            for (var d = 0; d < Hidden / 4; d++) (columns[d], columns[(Hidden / 4) + d]) = (columns[Hidden - 1 - d], new float[Tokens]);
            return columns;
        }
    }

    [Fact]
    public void A_planted_residual_basis_is_found()
    {
        var dice = new Dice(2);
        var columns = dice.Columns(Hidden, Tokens);
        Assert.True(Residual(columns, [.. columns.Select(c => dice.Like(c, 0.8))]) < -15);
    }

    [Fact]
    public void Attention_heads_of_unrelated_models() =>
        NullSimulation.Holds(dice => Heads(Attention((_, _) => dice.Normals(DrawnHeads.Width)), Attention((_, _) => dice.Normals(DrawnHeads.Width))));

    [Fact]
    public void Kinds_of_heads_that_every_model_grows_stand_in_random_places()
    {
        var kinds = new Dice(1).Columns(Groups * Queries, DrawnHeads.Width);
        NullSimulation.Holds(dice => Heads(Grown(dice), Grown(dice)));

        Fingerprint Grown(Dice dice) => FakeModel.Of(layers: Layers, heads: [.. Enumerable.Range(0, Layers).SelectMany(layer =>
        {
            var groups = dice.Order(Groups);
            var queries = groups.Select(_ => dice.Order(Queries)).ToArray();
            return DrawnHeads.Layer(layer, Groups, Queries, (role, head) => dice.Like(
                role is TensorRole.K or TensorRole.V ? kinds[groups[head]] : kinds[(groups[head / Queries] * Queries) + queries[head / Queries][head % Queries]], 0.9));
        })]);
    }

    [Fact]
    public void Heads_that_are_all_alike_prove_nothing()
    {
        var one = new Dice(1).Normals(DrawnHeads.Width);
        var model = Attention((_, _) => one);
        Assert.Equal(0, Heads(model, model));
    }

    [Fact]
    public void Heads_in_their_own_places_are_found()
    {
        var dice = new Dice(3);
        var drawn = new Queue<float[]>();
        var parent = Attention((_, _) =>
        {
            var head = dice.Normals(DrawnHeads.Width);
            drawn.Enqueue(head);
            return head;
        });
        Assert.True(Heads(parent, Attention((_, _) => dice.Like(drawn.Dequeue(), 0.9))) < -3);
    }

    [Fact]
    public void All_exact_tests_together_hold_their_level() => NullSimulation.Holds(dice => new Findings(FakeModel.Pair(Whole(dice), Whole(dice))).Log10P);

    [Fact]
    public void All_exact_tests_together_hold_their_level_where_layers_are_added() =>
        NullSimulation.Holds(dice => new Findings(FakeModel.Pair(Whole(dice, 1), Whole(dice))).Log10P);

    private static double Residual(float[][] a, float[][] b) =>
        new ResidualIndexTest().Weigh(new(FakeModel.Of(anchors: DrawnAnchors.OfColumns(a)), FakeModel.Of(anchors: DrawnAnchors.OfColumns(b))))!.Log10P!.Value;

    private static double Heads(Fingerprint a, Fingerprint b) => new HeadIndexTest().Weigh(new PairContext(a, b))!.Log10P!.Value;

    private static Fingerprint Attention(Func<TensorRole, int, float[]> vector) =>
        FakeModel.Of(heads: HeadsOf(Layers, vector), layers: Layers);

    private static List<HeadSketch> HeadsOf(int layers, Func<TensorRole, int, float[]> vector) =>
        [.. Enumerable.Range(0, layers).SelectMany(layer => DrawnHeads.Layer(layer, Groups, Queries, vector))];

    private static Fingerprint Whole(Dice dice, int layers = Layers) => FakeModel.Of(
        [.. Enumerable.Range(0, layers).Select(layer => DrawnUnits.Dense(DrawnUnits.Draw(dice, 8), layer))],
        HeadsOf(layers, (_, _) => dice.Normals(DrawnHeads.Width)), DrawnAnchors.OfColumns(dice.Columns(Hidden, Tokens)), hidden: Hidden);

    private static float[][] Skewed(Dice dice)
    {
        var profile = dice.Normals(Tokens, 2);
        var columns = dice.Columns(Hidden, Tokens);
        foreach (var d in dice.Order(Hidden)[..3]) columns[d] = [.. columns[d].Select(v => v * 30)];
        foreach (var column in columns)
            for (var t = 0; t < Tokens; t++) column[t] += profile[t];
        return columns;
    }
}
