using Stemma.Anatomy;

namespace Stemma.Deriving.Models;

/// <summary>What the matrices of an FFN are called within it.</summary>
internal static class ExpertNames
{
    public static string Of(TensorRole role, bool mixtral = false) => role switch
    {
        TensorRole.Gate => mixtral ? "w1" : "gate_proj",
        TensorRole.Up => mixtral ? "w3" : "up_proj",
        _ => mixtral ? "w2" : "down_proj",
    };
}
