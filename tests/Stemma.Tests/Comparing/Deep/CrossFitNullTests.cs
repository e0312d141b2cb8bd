using Stemma.Anatomy.Values;
using Stemma.Comparing.Deep;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Comparing.Deep;

/// <summary>
/// A basis is fitted to any two models; on layers that it was not fitted to, units of strangers must not meet. A relation is claimed only where a tenth of the units of
/// corresponding layers meet and every other pair of layers stays below, so the largest rate among strangers is what a false claim would have to exceed.
/// </summary>
public sealed class CrossFitNullTests
{
    private const int Pairs = 10;

    [Fact]
    public void Units_of_strangers_do_not_meet() => Holds((model, _) => model);

    [Fact]
    public void Nor_do_those_of_strangers_with_outlier_dimensions() => Holds((model, dice) =>
    {
        int[] loud = [dice.Below(TinyModel.Hidden), dice.Below(TinyModel.Hidden), dice.Below(TinyModel.Hidden)];
        return model.Changed((name, numbers) =>
        {
            if (TinyModel.IsLearned(name)) return;
            var writes = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            var columns = writes ? numbers.Length / TinyModel.Hidden : TinyModel.Hidden;
            for (var i = 0; i < numbers.Length; i++)
                if (loud.Contains(writes ? i / columns : i % columns)) numbers[i] *= 8;
        });
    });

    [Fact]
    public void Nor_do_those_of_strangers_that_hold_each_unit_eight_times() => Holds((model, _) => model.Changed((name, numbers) =>
    {
        if (!name.Contains("mlp", StringComparison.Ordinal)) return;
        var writes = name.Contains("down_proj", StringComparison.Ordinal);
        var columns = writes ? model.Ffn : TinyModel.Hidden;
        for (var i = 0; i < numbers.Length; i++)
        {
            var (row, column) = (i / columns, i % columns);
            var original = writes ? (row * columns) + (column / 8 * 8) : (row / 8 * 8 * columns) + column;
            numbers[i] = numbers[original] + (0.1f * (numbers[i] - numbers[original]));
        }
    }));

    private static void Holds(Func<TinyModel, Dice, TinyModel> shape)
    {
        var dice = new Dice(77);
        var largest = 0.0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            using var folder = new TemporaryFolder();
            using var b = ModelWeights.Open(shape(new TinyModel((2 * pair) + 100, layers: 4, ffn: 64), dice).WriteTo(folder, "subject"));
            using var a = ModelWeights.Open(shape(new TinyModel((2 * pair) + 101, layers: 4, ffn: 64), dice).WriteTo(folder, "reference"));
            var rates = DeepComparison.CrossFittedRates(DeepModelReader.Read(b, NoProgress.Instance, default), DeepModelReader.Read(a, NoProgress.Instance, default), default);
            Assert.Equal(16, rates.Count);
            largest = Math.Max(largest, rates.Max());
        }

        // Chance gives one unit in 64; agreements beyond it of four units more are a rate of 0.06.
        Assert.InRange(largest, 0, 0.09);
    }
}
