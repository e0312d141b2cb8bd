namespace Stemma.Tests.Support;

/// <summary>Every quantised layout that is read, with the name it must be given and what a configuration says about it.</summary>
internal static class PackedKinds
{
    private static readonly Dictionary<string, (Packer Pack, string Words, string? Config)> All = new(StringComparer.Ordinal)
    {
        ["gptq-4"] = (IntegerPackers.Gptq(4, 32), "GPTQ 4-bit, groups of 32", """{"quant_method":"gptq","bits":4,"group_size":32,"desc_act":false,"sym":false}"""),
        ["gptq-4-v2"] = (IntegerPackers.Gptq(4, 32, second: true), "GPTQ 4-bit, groups of 32", """{"quant_method":"gptq","bits":4,"checkpoint_format":"gptq_v2"}"""),
        ["gptq-4-act-order"] = (IntegerPackers.Gptq(4, 32, shuffled: true), "GPTQ 4-bit, groups of 32", null),
        ["gptq-2"] = (IntegerPackers.Gptq(2, 32), "GPTQ 2-bit, groups of 32", null),
        ["gptq-3"] = (IntegerPackers.Gptq(3, 32), "GPTQ 3-bit, groups of 32", null),
        ["gptq-8"] = (IntegerPackers.Gptq(8, 32), "GPTQ 8-bit, groups of 32", null),
        ["awq"] = (IntegerPackers.Awq(32), "AWQ 4-bit, groups of 32", """{"quant_method":"awq","bits":4,"group_size":32,"version":"gemm"}"""),
        ["nf4"] = (CodePackers.FourBit("nf4", nested: false), "bitsandbytes NF4, blocks of 64", null),
        ["nf4-nested"] = (CodePackers.FourBit("nf4", nested: true), "bitsandbytes NF4, blocks of 64, scales quantised too", null),
        ["fp4"] = (CodePackers.FourBit("fp4", nested: false), "bitsandbytes FP4, blocks of 64", null),
        ["int8-rows"] = (CodePackers.RowInt8, "bitsandbytes int8, one scale per row", null),
        ["packed-int4"] = (IntegerPackers.Packed(4, 32, zeroPoints: false), "compressed-tensors int4, groups of 32", null),
        ["packed-int4-zeros"] = (IntegerPackers.Packed(4, 32, zeroPoints: true), "compressed-tensors int4, groups of 32", null),
        ["packed-int3-zeros"] = (IntegerPackers.Packed(3, 32, zeroPoints: true), "compressed-tensors int3, groups of 32", null),
        ["packed-int8"] = (IntegerPackers.Packed(8, 32, zeroPoints: true), "compressed-tensors int8, groups of 32", null),
        ["fp8-blocks"] = (CodePackers.Fp8(128, 128), "FP8 E4M3, blocks of 128 x 128", """{"quant_method":"fp8","fmt":"e4m3","weight_block_size":[128,128]}"""),
        ["fp8-rows"] = (CodePackers.Fp8(1, 1 << 20, "weight_scale"), "FP8 E4M3, one scale per row", null),
        ["fp8-tensor"] = (CodePackers.Fp8(1 << 20, 1 << 20, "weight_scale"), "FP8 E4M3, one scale", null),
        ["mxfp4"] = (CodePackers.MxFp4, "MXFP4, blocks of 32", null),
        ["mlx-4"] = (MlxPackers.Integers(4, 64), "MLX 4-bit, groups of 64", """{"group_size":64,"bits":4,"mode":"affine"}"""),
        ["mlx-2"] = (MlxPackers.Integers(2, 32), "MLX 2-bit, groups of 32", """{"group_size":32,"bits":2}"""),
        ["mlx-3"] = (MlxPackers.Integers(3, 64), "MLX 3-bit, groups of 64", """{"group_size":64,"bits":3}"""),
        ["mlx-5"] = (MlxPackers.Integers(5, 64), "MLX 5-bit, groups of 64", null),
        ["mlx-6"] = (MlxPackers.Integers(6, 128), "MLX 6-bit, groups of 128", """{"group_size":64,"bits":4}"""),
        ["mlx-8"] = (MlxPackers.Integers(8, 32), "MLX 8-bit, groups of 32", """{"group_size":32,"bits":8}"""),
        ["mlx-mxfp4"] = (MlxPackers.MxFp4, "MXFP4, blocks of 32", """{"group_size":32,"bits":4,"mode":"mxfp4"}"""),
        ["mlx-mxfp8"] = (MlxPackers.MxFp8, "MXFP8, blocks of 32", """{"group_size":32,"bits":8,"mode":"mxfp8"}"""),
        ["mlx-nvfp4"] = (MlxPackers.NvFp4, "NVFP4, blocks of 16", """{"group_size":16,"bits":4,"mode":"nvfp4"}"""),
        ["nvfp4"] = (CodePackers.NvFp4, "NVFP4, blocks of 16", null),
    };

    public static IEnumerable<string> Names => All.Keys;

    /// <summary>True where shapes alone do not tell the layout's sizes.</summary>
    public static bool NeedsConfig(string name) => name is "mlx-2" or "mlx-3" or "mlx-4" or "mlx-8";

    public static (Packer Pack, string Words, string? Config) Of(string name) => All[name];
}
