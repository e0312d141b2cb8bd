using Stemma.Anatomy;
using Stemma.Sketching;
using Stemma.Sketching.Kinds;

namespace Stemma.Tests.Support;

/// <summary>Attention heads drawn without a checkpoint.</summary>
internal static class DrawnHeads
{
    public const int Width = Recipe.HeadRows * Recipe.HeadColumns;

    /// <summary>All heads of one layer; <paramref name="vector"/> gives the numbers of a head.</summary>
    public static IEnumerable<HeadSketch> Layer(int layer, int groups, int queriesPerGroup, Func<TensorRole, int, float[]> vector)
    {
        foreach (var (role, heads) in new[]
                 {
                     (TensorRole.K, groups), (TensorRole.V, groups), (TensorRole.Q, groups * queriesPerGroup), (TensorRole.O, groups * queriesPerGroup),
                 })
        {
            for (var head = 0; head < heads; head++)
            {
                var direction = new sbyte[Width];
                QuantisedDirection.Write(vector(role, head), direction);
                yield return new(role, layer, head, direction);
            }
        }
    }
}
