namespace Stemma.Sketching.Kinds;

/// <summary>A vector's direction as signed bytes, scaled so that its largest entry is 127; cosines keep an error of about 0.002.</summary>
internal static class QuantisedDirection
{
    public static void Write(ReadOnlySpan<float> vector, Span<sbyte> bytes)
    {
        var largest = 0f;
        foreach (var value in vector) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0 || !float.IsFinite(largest))
        {
            bytes.Clear();
            return;
        }

        var scale = 127.0 / largest;
        for (var i = 0; i < vector.Length; i++) bytes[i] = (sbyte)Math.Round(vector[i] * scale, MidpointRounding.ToEven);
    }
}
