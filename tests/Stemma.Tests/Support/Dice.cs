namespace Stemma.Tests.Support;

/// <summary>Seeded randomness for simulations: the same seed always gives the same draws.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);
    private float _spare = float.NaN;

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public float Normal()
    {
        if (!float.IsNaN(_spare))
        {
            var kept = _spare;
            _spare = float.NaN;
            return kept;
        }

        var radius = MathF.Sqrt(-2 * MathF.Log(1 - _random.NextSingle()));
        var (sine, cosine) = MathF.SinCos(2 * MathF.PI * _random.NextSingle());
        _spare = radius * sine;
        return radius * cosine;
    }

    public float[] Normals(int count, double scale = 1)
    {
        var numbers = new float[count];
        foreach (ref var number in numbers.AsSpan()) number = (float)scale * Normal();
        return numbers;
    }

    /// <summary>[count][length]</summary>
    public float[][] Columns(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => Normals(length))];

    /// <summary>A vector whose cosine with another of standard normal numbers is about the one asked for.</summary>
    public float[] Like(float[] vector, double cosine)
    {
        var noise = Math.Sqrt(1 - (cosine * cosine));
        return Array.ConvertAll(vector, value => (float)((cosine * value) + (noise * Normal())));
    }

    public int Below(int count) => _random.Next(count);

    /// <summary>A uniformly random order of 0 .. count - 1.</summary>
    public int[] Order(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        _random.Shuffle(order);
        return order;
    }
}
