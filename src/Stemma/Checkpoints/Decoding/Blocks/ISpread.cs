using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stemma.Checkpoints.Decoding.Blocks;

/// <summary>Turns sixteen small whole numbers into floats, in registers of one width.</summary>
internal interface ISpread
{
    /// <summary>Writes q times scale.</summary>
    static abstract void Scale(Vector128<sbyte> q, float scale, ref float to, nuint at);

    /// <summary>Writes q times scale, less an offset.</summary>
    static abstract void Scale(Vector128<sbyte> q, float scale, float less, ref float to, nuint at);
}

/// <summary>Sixteen floats at a time.</summary>
internal readonly struct Spread512 : ISpread
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, ref float to, nuint at) => (Floats(q) * Vector512.Create(scale)).StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, float less, ref float to, nuint at) =>
        ((Floats(q) * Vector512.Create(scale)) - Vector512.Create(less)).StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Floats(Vector128<sbyte> q)
    {
        // Only the lower halves hold anything: each step is one instruction.
        return Vector512.ConvertToSingle(Vector512.WidenLower(Vector512.WidenLower(q.ToVector256Unsafe().ToVector512Unsafe())));
    }
}

/// <summary>Eight floats at a time.</summary>
internal readonly struct Spread256 : ISpread
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, ref float to, nuint at)
    {
        var (a, b) = Floats(q);
        (a * Vector256.Create(scale)).StoreUnsafe(ref to, at);
        (b * Vector256.Create(scale)).StoreUnsafe(ref to, at + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, float less, ref float to, nuint at)
    {
        var (a, b) = Floats(q);
        ((a * Vector256.Create(scale)) - Vector256.Create(less)).StoreUnsafe(ref to, at);
        ((b * Vector256.Create(scale)) - Vector256.Create(less)).StoreUnsafe(ref to, at + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second) Floats(Vector128<sbyte> q)
    {
        var (a, b) = Vector256.Widen(Vector256.WidenLower(q.ToVector256Unsafe()));
        return (Vector256.ConvertToSingle(a), Vector256.ConvertToSingle(b));
    }
}

/// <summary>Four floats at a time.</summary>
internal readonly struct Spread128 : ISpread
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, ref float to, nuint at)
    {
        var (low, high) = Vector128.Widen(q);
        Four(low, scale, ref to, at);
        Four(high, scale, ref to, at + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, float less, ref float to, nuint at)
    {
        Scale(q, scale, ref to, at);
        for (nuint i = 0; i < 16; i += 4) (Vector128.LoadUnsafe(ref to, at + i) - Vector128.Create(less)).StoreUnsafe(ref to, at + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(Vector128<short> q, float scale, ref float to, nuint at)
    {
        var (a, b) = Vector128.Widen(q);
        (Vector128.ConvertToSingle(a) * Vector128.Create(scale)).StoreUnsafe(ref to, at);
        (Vector128.ConvertToSingle(b) * Vector128.Create(scale)).StoreUnsafe(ref to, at + 4);
    }
}
