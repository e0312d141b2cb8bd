using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Operations;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Deriving;

/// <summary>Experts made of a dense model, and a dense model made of experts.</summary>
public sealed class ExpertTests : IDisposable
{
    /// <summary>Routers so near zero that every expert is as likely as any other.</summary>
    private const double Even = 1e-7;

    private readonly Workshop _shop = new();

    [Theory]
    [InlineData(Workshop.Qwen, MoeNames.Qwen)]
    [InlineData(Workshop.Llama, MoeNames.Qwen)]
    [InlineData(Workshop.Llama, MoeNames.Mixtral)]
    public void Equal_experts_compute_what_the_parent_did_and_collapse_into_it(string family, MoeNames names)
    {
        var parent = _shop.Draw(family);
        var child = _shop.Derive(new UpcycleMoe { Experts = 5, PerToken = 2, Names = names, RouterDeviation = 0.5 }, parent);
        Assert.InRange(Workshop.Distance(parent, child), 0, 1e-9);
        Assert.Equal(names == MoeNames.Mixtral ? "mixtral" : "qwen2-moe", Engine.Inspect(child, "child").Architecture);
        Workshop.SameTensors(parent, _shop.Derive(new CollapseMoe(), child));
    }

    [Fact]
    public void Experts_with_noise_are_different_and_their_mean_is_near_the_parent()
    {
        var parent = _shop.Draw(Workshop.Qwen);
        var child = _shop.Derive(new UpcycleMoe { Experts = 16, Noise = 0.2 }, parent);
        var experts = Workshop.Tensors(child).Where(t => t.Key.Contains("layers.0.mlp.experts", StringComparison.Ordinal)).Select(t => t.Value).ToList();
        Assert.Equal(experts.Count, experts.Distinct().Count());
        var (before, after) = (Workshop.Numbers(parent, "model.layers.0.mlp.up_proj.weight"), Workshop.Numbers(_shop.Derive(new CollapseMoe(), child), "model.layers.0.mlp.up_proj.weight"));
        var error = Math.Sqrt(before.Zip(after, (a, b) => (double)(a - b) * (a - b)).Average() / before.Average(a => (double)a * a));
        Assert.InRange(error, 0.04, 0.06);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Grouped_shares_keep_the_function_while_routers_are_near_zero(bool scale)
    {
        var parent = _shop.Draw(Workshop.Qwen);
        var child = _shop.Derive(new UpcycleMoge { Layout = UnitLayout.Grouped, Shared = 8, Units = 8, RouterDeviation = Even, RouterScale = scale }, parent);
        Assert.InRange(Workshop.Distance(parent, child), 0, 1e-4);
        Assert.Equal(scale, Workshop.Tensors(child).ContainsKey("model.layers.0.mlp.router_scale"));

        // 8 experts of 8 units and 8 shared ones; each unit of a group stands there twice.
        var dense = _shop.Derive(new CollapseMoe { Kind = CollapseKind.Concatenate }, child);
        Assert.InRange(Workshop.Distance(parent, dense), 0, 1e-4);
        Assert.Contains("[72, 48]", Workshop.Tensors(dense)["model.layers.0.mlp.up_proj.weight"], StringComparison.Ordinal);
    }

    [Fact]
    public void Dealt_shares_come_nearer_to_the_function_the_more_units_an_expert_has()
    {
        var parent = _shop.Draw(Workshop.Qwen);
        double Far(int units, int shared) => Workshop.Distance(parent, _shop.Derive(new UpcycleMoge { Units = units, Shared = shared, RouterDeviation = Even, Seed = 4 }, parent));
        var (few, many, all) = (Far(10, 0), Far(30, 0), Far(40, 0));
        Assert.True(all < 1e-4 && all < many && many < few, $"{few}, {many}, {all}");
        // A shared expert of half of the units halves what the routes leave open.
        Assert.True(Far(10, 20) < few);
    }

    [Fact]
    public void Each_unit_is_dealt_equally_often_and_to_no_expert_twice()
    {
        foreach (var (ffn, shared, experts, units) in new[] { (352, 88, 8, 88), (40, 0, 8, 39), (13, 3, 7, 4) })
        {
            var shares = UnitShares.Dealt(ffn, shared, experts, units, new(1, "shares"));
            Assert.Equal(shared, shares.Shared.Distinct().Count());
            Assert.All(shares.Experts, expert => Assert.Equal(units, expert.Distinct().Count()));
            Assert.Empty(shares.Experts.SelectMany(e => e).Intersect(shares.Shared));
            var often = shares.Copies.Where((_, unit) => !shares.Shared.Contains(unit)).ToList();
            Assert.InRange(often.Max() - often.Min(), 0, 2);
        }
    }

    [Fact]
    public void The_cut_into_grouped_experts_is_found_and_named()
    {
        var child = _shop.Derive(new UpcycleMoge { Units = 88, Shared = 88, Seed = 2 }, CliRun.Parent);
        var verdict = Engine.Compare(Engine.Fingerprint(child), Engine.Fingerprint(CliRun.Parent)).Verdict;
        Assert.Equal(Relation.Derived, verdict.Relation);
        Assert.Contains(verdict.Operations, o => o.Name == "moge-upcycled");
        var shape = Engine.Inspect(child, "child").Shape;
        Assert.Equal((8, 88, 4, 4), (shape.Experts, shape.ExpertFfn, shape.ExpertsPerToken, shape.ExpertGroups));
    }

    [Fact]
    public void What_cannot_be_cut_or_joined_is_refused()
    {
        var (qwen, gpt2, moge) = (_shop.Draw(Workshop.Qwen), _shop.Draw(Workshop.Gpt2), _shop.Draw(Workshop.Moge));
        Assert.Equal(FaultCode.DerivationUnsupported, _shop.Refused(new UpcycleMoe(), gpt2).Code);
        Assert.Contains("collapse-moe", _shop.Refused(new UpcycleMoe(), moge).Remedy, StringComparison.Ordinal);
        Assert.Contains("dense", _shop.Refused(new CollapseMoe(), qwen).Found, StringComparison.Ordinal);
        Assert.Contains("--names", _shop.Refused(new UpcycleMoe { Names = MoeNames.Mixtral }, qwen).Remedy, StringComparison.Ordinal);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new UpcycleMoe { Experts = 4, PerToken = 5 }, qwen).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new UpcycleMoge { Groups = 3 }, qwen).Code);
        Assert.Equal(FaultCode.DerivationParameter, _shop.Refused(new UpcycleMoge { Units = 41 }, qwen).Code);
        Assert.Contains("4 groups", _shop.Refused(new UpcycleMoge { Units = 9, Layout = UnitLayout.Grouped }, qwen).Allowed, StringComparison.Ordinal);
    }

    public void Dispose() => _shop.Dispose();
}
