namespace Stemma.Checkpoints;

/// <summary>How numbers lie in a file that are no plain list: several stored tensors (packed integers, scales, zero points) make one weight.</summary>
/// <param name="Name">For people, for example <c>GPTQ 4-bit, groups of 128</c>; null where the stored tensors hold plain numbers.</param>
/// <param name="Bytes">Bytes that all of the stored tensors take together.</param>
public sealed record PackedStorage(string? Name, long Bytes);
