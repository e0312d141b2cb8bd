using Stemma.Anatomy.Positions;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;

namespace Stemma.Running.Config;

/// <summary>Positions that a GGUF file stretches by a tensor: <c>rope_freqs</c> holds what each pair's speed is divided by (llama.cpp, for Llama 3.1 and later).</summary>
internal static class GgufRotaryTable
{
    private const string Divisors = "rope_freqs.weight";

    /// <summary>By length of the text, one of two.</summary>
    private static readonly string[] Factors = ["rope_factors_long.weight", "rope_factors_short.weight"];

    /// <summary>The configuration with the file's own speeds.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.RunUnsupported"/> for tables that are not understood, <see cref="FaultCode.RunShape"/> for one that does not fit.</exception>
    public static RunConfig In(Checkpoint checkpoint, RunConfig config, string model)
    {
        if (checkpoint.Tensors.FirstOrDefault(tensor => Factors.Contains(tensor.Name)) is { } chosen)
            throw new StemmaException(FaultCode.RunUnsupported, model, null, $"the tensor {chosen.Name}: positions whose stretching depends on the length of the text", "files without it", "Run the original with its config.json");
        if (checkpoint.Tensors.FirstOrDefault(tensor => tensor.Name == Divisors) is not { } table) return config;
        var pairs = (config.Rope?.Rotary ?? 0) / 2;
        if (!table.Type.IsFloat() || table.Count != pairs) throw new StemmaException(FaultCode.RunShape, model, null, $"{Divisors} has {table.Count} numbers", $"{pairs}, one for each pair of numbers that turns");
        var numbers = new float[pairs];
        checkpoint.ReadNumbers(table, 0, numbers);
        if (numbers.Any(number => !float.IsFinite(number) || number <= 0)) throw new StemmaException(FaultCode.RunShape, model, null, $"{Divisors} has a number that is not above 0", "numbers above 0");
        return config with { Rope = config.Rope! with { Scaling = RopeScaling.Divided, Divisors = numbers } };
    }
}
