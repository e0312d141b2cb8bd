using Stemma.Anatomy.Values;
using Stemma.Comparing.Deep;
using Stemma.Tests.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Deep;

public sealed class UnitReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    public void The_strongest_units_that_are_read_again_are_the_strongest_of_those_read_before(int most)
    {
        using var folder = new TemporaryFolder();
        using var dense = ModelWeights.Open(new TinyModel(3).WriteTo(folder, "dense"));
        Agree(dense, most);
        using var drawn = DrawnModels.Mixtral();
        using var experts = ModelWeights.Open(drawn.Path);
        Agree(experts, most);
    }

    [Fact]
    public void A_layer_that_was_not_read_has_no_strongest_units()
    {
        using var drawn = DrawnModels.Mixtral();
        using var weights = ModelWeights.Open(drawn.Path);
        Assert.Null(new UnitReader(weights).ReadStrongest(0, 5));
    }

    private static void Agree(ModelWeights weights, int most)
    {
        var reader = new UnitReader(weights);
        for (var layer = 0; layer < weights.Shape.Layers; layer++)
        {
            var (first, again) = (reader.Read(layer)!.Strongest(most), reader.ReadStrongest(layer, most)!);
            Assert.InRange(again.Count, 1, most);
            Assert.Equal((first.Layer, first.Total), (again.Layer, again.Total));
            Assert.Equal(first.Strength, again.Strength);
            Assert.Equal(first.First.Data, again.First.Data);
            for (var i = 0; i < first.Others.Count; i++) Assert.Equal(first.Others[i].Data, again.Others[i].Data);
        }
    }
}
