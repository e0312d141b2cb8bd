using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Stemma.Running.Kernels;

/// <summary>
/// The system's OpenBLAS, if it has one: found when first asked for, never required. Every call runs on the thread that makes it; the work is dealt out here.
/// </summary>
internal static unsafe partial class OpenBlas
{
    private const int RowMajor = 101, AsIs = 111, Transposed = 112;

    private static readonly delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> Sgemm = Load();

    public static bool IsThere => Sgemm is not null;

    /// <summary>y = x wᵀ for row-major matrices.</summary>
    /// <param name="x">[count, inputs].</param>
    /// <param name="w">[outputs, inputs].</param>
    /// <param name="y">[count, outputs], <paramref name="yStride"/> floats from row to row.</param>
    public static void MultiplyTransposed(float* x, int count, int inputs, float* w, int outputs, float* y, int yStride) =>
        Sgemm(RowMajor, AsIs, Transposed, count, outputs, inputs, 1, x, inputs, w, inputs, 0, y, yStride);

    private static delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> Load()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("STEMMA_OPENBLAS") == "0") return null;
        // Builds that do not know the processor take a kernel of half the width. The C library's own environment is what OpenBLAS reads.
        if (Avx512F.IsSupported) _ = SetEnvironment("OPENBLAS_CORETYPE", "SkylakeX", overwrite: 0);
        if (!NativeLibrary.TryLoad("libopenblas.so.0", out var library)) return null;
        if (!NativeLibrary.TryGetExport(library, "cblas_sgemm", out var sgemm) || !NativeLibrary.TryGetExport(library, "openblas_set_num_threads", out var setThreads)) return null;
        ((delegate* unmanaged[Cdecl]<int, void>)setThreads)(1);
        return (delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)sgemm;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
