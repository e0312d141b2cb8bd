namespace Stemma.Checkpoints.PyTorch;

/// <summary>One stored entry, as the central directory and the local header agree on it.</summary>
/// <param name="Name">With its folders.</param>
/// <param name="Flags">General purpose bits.</param>
/// <param name="Crc">CRC-32 of the data.</param>
/// <param name="Size">Bytes of the data.</param>
/// <param name="HeaderAt">Where the local header begins.</param>
/// <param name="DataAt">Where the data begins; 0 until the local header was read.</param>
internal sealed record ZipEntry(string Name, ushort Flags, uint Crc, long Size, long HeaderAt, long DataAt);
