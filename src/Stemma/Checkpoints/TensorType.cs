namespace Stemma.Checkpoints;

/// <summary>How one number of a tensor is stored (reference: safetensors' list of dtypes).</summary>
public enum TensorType
{
    Bool, F4, F6E2M3, F6E3M2, U8, I8, F8E5M2, F8E4M3, F8E8M0, F8E4M3Fnuz, F8E5M2Fnuz,
    I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64,
}
