using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MathNet.Numerics;

namespace Stemma.Running.Kernels;

/// <summary>The curve of an FFN's units.</summary>
internal enum Activation
{
    /// <summary>x / (1 + exp(-x)), also called swish.</summary>
    Silu,

    /// <summary>x Φ(x) with the error function.</summary>
    Gelu,

    /// <summary>GELU by its tanh formula (Hendrycks and Gimpel, arXiv 1606.08415, section 2), as GPT-2 and Gemma were trained.</summary>
    GeluTanh,

    /// <summary>x / (1 + exp(-1.702 x))</summary>
    QuickGelu,

    /// <summary>max(0, x)</summary>
    Relu,
}

/// <summary>Applies an activation in place.</summary>
internal static class Activations
{
    /// <summary>x becomes the activation of x.</summary>
    public static void Apply(Activation kind, Span<float> x)
    {
        switch (kind)
        {
            case Activation.Silu: Sigmoid(x, 1, 0); break;
            case Activation.QuickGelu: Sigmoid(x, 1.702f, 0); break;
            // (1 + tanh z) / 2 is the sigmoid of 2 z.
            case Activation.GeluTanh: Sigmoid(x, 1.5957691216057308f, 0.044715f); break;
            case Activation.Gelu:
                foreach (ref var value in x) value = (float)(value * 0.5 * (1 + SpecialFunctions.Erf(value / Math.Sqrt(2))));
                break;
            case Activation.Relu:
                foreach (ref var value in x) value = MathF.Max(0, value);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    /// <summary>The activation of the gate times the other branch, into the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(Activation kind, Span<float> gate, ReadOnlySpan<float> up)
    {
        Apply(kind, gate);
        ref var to = ref MemoryMarshal.GetReference(gate);
        ref var from = ref MemoryMarshal.GetReference(up);
        var i = 0;
        for (; i <= up.Length - 16; i += 16) (Vector512.LoadUnsafe(ref to, (nuint)i) * Vector512.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        for (; i < up.Length; i++) gate[i] *= up[i];
    }

    /// <summary>x σ(slope (x + cubic x³))</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sigmoid(Span<float> x, float slope, float cubic)
    {
        ref var at = ref MemoryMarshal.GetReference(x);
        var (steep, third) = (Vector512.Create(-slope), Vector512.Create(cubic));
        var i = 0;
        for (; i <= x.Length - 16; i += 16)
        {
            var value = Vector512.LoadUnsafe(ref at, (nuint)i);
            var bent = steep * (value + (third * value * value * value));
            (value / (Vector512<float>.One + Vector512.Exp(bent))).StoreUnsafe(ref at, (nuint)i);
        }

        for (; i < x.Length; i++) x[i] /= 1 + MathF.Exp(-slope * (x[i] + (cubic * x[i] * x[i] * x[i])));
    }
}
