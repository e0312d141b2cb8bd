using Stemma.Comparing.Published;
using Stemma.Foundation.Linear;
using Stemma.Tests.Foundation.Linear;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Published;

/// <summary>What each method must not see, and what it must: the properties that its paper claims, and the traps that it walks into.</summary>
public sealed class PublishedMethodTests
{
    private static readonly TinyModel Parent = new(1), Child = Parent.Trained(2, 0.8, 0.8);

    [Theory]
    [InlineData("honestagi")]
    [InlineData("huref")]
    [InlineData("ghostspec")]
    [InlineData("awm")]
    public void An_order_of_units_is_not_seen_by(string method) => Unchanged(method, Child.WithUnitsReordered(7));

    [Theory]
    [InlineData("honestagi")]
    [InlineData("huref")]
    [InlineData("ghostspec")]
    [InlineData("awm")]
    [InlineData("awm-bytes")]
    [InlineData("mdir")]
    public void An_order_of_residual_dimensions_is_not_seen_by(string method) => Unchanged(method, Child.WithResidualReordered(7));

    /// <summary>The centring of AWM's kernel alignment is not free of signs: a little of them stays.</summary>
    [Theory]
    [InlineData("ghostspec", 1e-4)]
    [InlineData("awm", 5e-3)]
    [InlineData("mdir", 1e-4)]
    public void Signs_of_residual_dimensions_are_not_seen_by(string method, double tolerance) => Unchanged(method, WithSigns(Child.WithResidualReordered(7), 8), tolerance);

    [Theory]
    [InlineData("huref")]
    [InlineData("ghostspec")]
    [InlineData("csw")]
    public void A_rotation_inside_the_heads_is_not_seen_by(string method) => Unchanged(method, WithHeadsRotated(Child, 9));

    [Theory]
    [InlineData("honestagi")]
    [InlineData("gain-cosine")]
    [InlineData("csw")]
    [InlineData("awm")]
    [InlineData("huref")]
    [InlineData("mdir")]
    [InlineData("ghostspec")]
    public void A_model_is_most_like_itself(string method)
    {
        using var models = new OpenModels();
        var (parent, child, stranger) = (models.Of(Parent), models.Of(Child), models.Of(new TinyModel(5)));
        double[] scores = [.. new[] { models.Of(Parent), child, stranger }.Select(other => Method(method).Score(parent, other).Value)];
        // An order of labels cannot agree better than wholly: phi_U has one score for every copy that kept its order.
        Assert.True(method == "csw" ? scores[0] >= scores[1] : scores[0] > scores[1], $"{scores[0]} {scores[1]}");
        // The raw cosine of gains is the trap: strangers come close to it.
        if (method == "gain-cosine") Assert.True(scores[2] > 0.98);
        else Assert.True(scores[0] > scores[2], $"{scores[0]} {scores[2]}");
    }

    [Fact]
    public void P_of_phi_u_is_uniform_for_independent_weights_and_tiny_for_a_noisy_copy()
    {
        const int Draws = 2000, Units = 24, Width = 16;
        var dice = new Dice(3);
        var ps = new double[Draws];
        for (var draw = 0; draw < Draws; draw++) ps[draw] = Math.Exp(Csw.LogP(Csw.Match(LinearTests.Draw(dice, Units, Width), LinearTests.Draw(dice, Units, Width))));
        Array.Sort(ps);
        // Kolmogorov and Smirnov: 1.95 / sqrt(n) is passed by one uniform sample in a thousand.
        Assert.True(ps.Select((p, i) => Math.Max(p - ((double)i / Draws), ((i + 1.0) / Draws) - p)).Max() < 1.95 / Math.Sqrt(Draws));

        var weights = LinearTests.Draw(dice, 200, 64);
        var copy = new Matrix(200, 64);
        for (var i = 0; i < copy.Data.Length; i++) copy.Data[i] = weights.Data[i] + (2 * dice.Normal());
        Assert.True(Csw.LogP(Csw.Match(weights, copy)) < -50);
    }

    [Fact]
    public void No_order_of_labels_is_surer_than_one_in_all_orders() =>
        Assert.Equal(-Math.Log(120), Csw.LogP([0, 1, 2, 3, 4]), 1e-9);

    [Theory]
    [InlineData(0.3, -152.1517)]
    [InlineData(0.2, 0)]
    [InlineData(0.75, -4302.0025)]
    public void The_trace_has_the_p_of_its_formula(double trace, double expected) =>
        // By hand for n = 128: ln 128! + 128 ln 2 = 585.1283, less n² I = 16384 x 0.045 at 0.3, 16384 x 0.02 at 0.2, 16384 x (1/8 + ln(2) / 4) at 0.75.
        Assert.Equal(expected, MdirTrace.LogP(trace, 128), 1e-3);

    [Fact]
    public void Independent_embeddings_have_no_trace()
    {
        var dice = new Dice(4);
        var u = Polar.Factor(LinearTests.Draw(dice, 64, 64));
        Assert.Equal(0, MdirTrace.LogP(MdirTrace.SignedTrace(u), 64));
        Assert.Equal(1, MdirTrace.SignedTrace(Matrix.Identity(5, 5)), 1e-6);
    }

    [Fact]
    public void A_path_of_layers_goes_forward()
    {
        Assert.Equal(0.1, GhostSpec.PathMean(new[,] { { 0.0, 9, 9 }, { 9, 1, 0.2 } }), 1e-12);
        Assert.Equal(5, GhostSpec.PathMean(new double[,] { { 5, 0 }, { 0, 5 } }), 1e-12);
        Assert.Equal(4, GhostSpec.EffectiveRank([1, 1, 1, 1]));
        Assert.Equal(1, GhostSpec.EffectiveRank([3, 0, 0]));
        // Spectra that differ in scale only are one spectrum.
        Assert.Equal(0, GhostSpec.Distance([4, 3, 2, 1], [8, 6, 4, 2]), 1e-12);
    }

    [Fact]
    public void Depth_is_bridged_by_the_methods_that_say_so()
    {
        using var models = new OpenModels();
        var (parent, shorter) = (models.Of(Parent), models.Of(Child.WithLayers(0, 2, 4)));
        Assert.True(Method("awm").Score(parent, shorter).Value > 0.3);
        Assert.Equal(Method("ghostspec").Score(parent, shorter).Value, Method("ghostspec").Score(shorter, parent).Value, 1e-12);
        Assert.True(Method("csw").Score(parent, shorter).Applicable);
    }

    [Fact]
    public void Another_width_of_the_ffn_is_beyond_phi_u()
    {
        using var models = new OpenModels();
        var score = Method("csw").Score(models.Of(Parent), models.Of(new TinyModel(2, ffn: 112)));
        Assert.False(score.Applicable);
        Assert.Equal(0, score.Value);
        Assert.Contains("112", score.WhyNot);
    }

    private static void Unchanged(string method, TinyModel disguised, double tolerance = 1e-4)
    {
        using var models = new OpenModels();
        var parent = models.Of(Parent);
        var (plain, hidden) = (Method(method).Score(parent, models.Of(Child)), Method(method).Score(parent, models.Of(disguised)));
        Assert.True(plain.Applicable);
        Assert.Equal(plain.Value, hidden.Value, tolerance * Math.Max(1, Math.Abs(plain.Value)));
    }

    private static IPublishedMethod Method(string name) => PublishedMethods.Create().Single(m => m.Name == name);

    /// <summary>Residual dimensions with the other sign.</summary>
    private static TinyModel WithSigns(TinyModel model, int seed)
    {
        var dice = new Dice(seed);
        var signs = Enumerable.Range(0, TinyModel.Hidden).Select(_ => dice.Below(2) == 0 ? 1f : -1f).ToArray();
        return model.Changed((name, numbers) =>
        {
            if (TinyModel.IsLearned(name)) return;
            var writes = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            var columns = writes ? numbers.Length / TinyModel.Hidden : TinyModel.Hidden;
            for (var i = 0; i < numbers.Length; i++) numbers[i] *= signs[writes ? i / columns : i % columns];
        });
    }

    /// <summary>Queries and keys of each group of heads turned alike, values and outputs against each other.</summary>
    private static TinyModel WithHeadsRotated(TinyModel model, int seed)
    {
        const int Dim = TinyModel.HeadDim, Width = TinyModel.Hidden;
        var dice = new Dice(seed);
        var turns = Enumerable.Range(0, TinyModel.KvHeads).Select(_ => Polar.Factor(LinearTests.Draw(dice, Dim, Dim))).ToArray();
        return model.Changed((name, numbers) =>
        {
            if (!name.Contains("self_attn", StringComparison.Ordinal) || TinyModel.IsLearned(name)) return;
            var output = name.Contains("o_proj", StringComparison.Ordinal);
            var stored = new Matrix(output ? Width : numbers.Length / Width, Width);
            numbers.CopyTo(stored.Data, 0);
            var rows = output ? stored.Transpose() : stored;
            var perGroup = rows.Rows / (Dim * TinyModel.KvHeads);
            var turned = new Matrix(rows.Rows, rows.Columns);
            for (var head = 0; head < rows.Rows / Dim; head++)
            {
                var own = rows.Take([.. Enumerable.Range(head * Dim, Dim)]);
                Products.Multiply(turns[head / perGroup], own).Data.CopyTo(turned.Data, head * Dim * rows.Columns);
            }

            (output ? turned.Transpose() : turned).Data.CopyTo(numbers, 0);
        });
    }
}
