using FsCheck;
using FsCheck.Fluent;
using Stemma.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running;

public sealed class SamplerTests
{
    private static readonly Arbitrary<float[]> Logits = Gen.Choose(1, 1_000_000).Select(seed => new Dice(seed).Normals(1 + (seed % 40), 3)).ToArbitrary();

    [Fact]
    public void No_temperature_one_candidate_or_hardly_any_probability_all_take_the_likeliest() => Prop.ForAll(Logits, logits =>
    {
        var likeliest = Array.IndexOf(logits, logits.Max());
        return new[] { new SamplingOptions(), new() { Temperature = 2, TopK = 1 }, new() { Temperature = 2, TopP = 1e-12 }, new() { Temperature = 1e-4 } }
            .All(options => new Sampler(options).Draw(logits) == likeliest);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_drawn_is_among_the_candidates() => Prop.ForAll(Logits, logits =>
    {
        var order = NaiveMath.Top(Array.ConvertAll(logits, l => (double)l), logits.Length);
        var shares = NaiveMath.Softmax(Array.ConvertAll(logits, l => (double)l));
        var (nucleus, total) = (0, 0.0);
        while (nucleus < order.Length && total < 0.7 - 1e-12) total += shares[order[nucleus++]];
        var (byRank, byShare) = (new Sampler(new() { Temperature = 1, TopK = 3 }), new Sampler(new() { Temperature = 1, TopP = 0.7 }));
        return Enumerable.Range(0, 30).All(_ => order.AsSpan(0, Math.Min(3, order.Length)).Contains(byRank.Draw(logits)) && order.AsSpan(0, nucleus).Contains(byShare.Draw(logits)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tokens_come_as_often_as_the_softmax_at_that_temperature_says()
    {
        const int Draws = 20_000;
        float[] logits = [1, 0, -1, 2.5f, 0];
        var shares = NaiveMath.Softmax(Array.ConvertAll(logits, l => l / 1.5));
        var sampler = new Sampler(new() { Temperature = 1.5, Seed = 11 });
        var counts = new int[5];
        for (var i = 0; i < Draws; i++) counts[sampler.Draw(logits)]++;
        // Five deviations of a binomial count: a wrong temperature is tens of them away.
        for (var i = 0; i < 5; i++) Assert.InRange(Math.Abs(counts[i] - (Draws * shares[i])), 0, 5 * Math.Sqrt(Draws * shares[i] * (1 - shares[i])));
    }

    [Fact]
    public void A_seed_draws_the_same_again_and_another_draws_otherwise()
    {
        var logits = new float[50];
        int[] Draw(ulong seed)
        {
            var sampler = new Sampler(new() { Temperature = 1, Seed = seed });
            return [.. Enumerable.Range(0, 20).Select(_ => sampler.Draw(logits))];
        }

        Assert.Equal(Draw(4), Draw(4));
        Assert.NotEqual(Draw(4), Draw(5));
        Assert.True(Draw(4).Distinct().Count() > 5);
    }

    [Fact]
    public void A_continuation_is_what_the_model_says_step_by_step_and_ends_where_it_should()
    {
        using var drawn = DrawnModels.Llama("llama");
        using var model = Transformer.Open(drawn.Path);
        var text = DrawnModel.Text(6).ToList();
        var made = Generator.Continue(model.Start(26), text, 20, new Sampler(new()), []).ToArray();
        Assert.Equal(20, made.Length);
        foreach (var token in made)
        {
            var logits = model.Start(text.Count).Next([.. text]);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), token);
            text.Add(token);
        }

        var end = made[7];
        Assert.Equal(made[..Array.IndexOf(made, end)], Generator.Continue(model.Start(26), DrawnModel.Text(6), 20, new Sampler(new()), [end]));
    }
}
