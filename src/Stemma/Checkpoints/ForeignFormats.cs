namespace Stemma.Checkpoints;

/// <summary>Names the weight formats that this program does not read, so that a refusal and a notice can say what was found.</summary>
internal static class ForeignFormats
{
    private static readonly (byte[] Magic, int At, string Name)[] Magics =
    [
        ("HDF"u8.ToArray(), 1, "an HDF5 file (Keras)"),
        ("ustar"u8.ToArray(), 257, "a tar archive (PyTorch 0.1)"),
        ("7z"u8.ToArray(), 0, "a 7z archive"),
        ("NUMPY"u8.ToArray(), 1, "a NumPy array"),
        ([0x80, 0x02], 0, "a bare pickle"),
        ([0x80, 0x03], 0, "a bare pickle"),
        ([0x80, 0x04], 0, "a bare pickle"),
        ([0x80, 0x05], 0, "a bare pickle"),
    ];

    private static readonly string[] Endings = [".h5", ".msgpack", ".ot", ".npz", ".ckpt", ".nemo", ".tflite"];

    /// <summary>What the first bytes are, in words.</summary>
    public static string Describe(WeightFile file)
    {
        Span<byte> start = stackalloc byte[512];
        start = start[..file.ReadUpTo(0, start)];
        if (start.Length == 0) return "an empty file";
        foreach (var (magic, at, name) in Magics)
        {
            if (start.Length >= at + magic.Length && start.Slice(at, magic.Length).SequenceEqual(magic)) return name;
        }

        return $"a file that starts with the bytes {Convert.ToHexString(start[..Math.Min(start.Length, 8)])}";
    }

    /// <summary>True when the name is one that weights of another format usually bear.</summary>
    public static bool Suggested(string name) => Endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
