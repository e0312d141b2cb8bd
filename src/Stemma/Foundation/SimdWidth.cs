using System.Runtime.Intrinsics;

namespace Stemma.Foundation;

/// <summary>How wide the registers are that a kernel uses. Every width gives the same bits; tests force each.</summary>
internal enum SimdWidth
{
    Scalar, V128, V256, V512,
}

/// <summary>What this machine has.</summary>
internal static class SimdWidths
{
    /// <summary>The widest registers of this machine.</summary>
    public static SimdWidth Widest { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.V512
        : Vector256.IsHardwareAccelerated ? SimdWidth.V256
        : Vector128.IsHardwareAccelerated ? SimdWidth.V128 : SimdWidth.Scalar;
}
