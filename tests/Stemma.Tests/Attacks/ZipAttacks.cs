using System.IO.Compression;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

public sealed class ZipAttacks : IDisposable
{
    private static readonly byte[] Pickle = new PickleWriter().Dict(("w", pickle => pickle.Tensor("FloatStorage", "0", 2, 0, [2]))).Stop().ToArray();

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_that_all_these_are_bent_from_is_fine()
    {
        using var checkpoint = CheckpointOpener.Open(_folder.Write("m.pt", TorchZipWriter.Zip(Parts(), comment: "hello")));
        Assert.Single(checkpoint.Tensors);
    }

    [Fact]
    public void A_name_that_differs_before_the_data_is_refused() =>
        Refused(Parts(part => part with { LocalName = "archive/datap.kl" }), FaultCode.ZipNamesDiffer);

    [Fact]
    public void A_name_that_differs_in_the_directory_is_refused() =>
        Refused(Parts(part => part with { Name = "archive/datap.kl", LocalName = "archive/data.pkl" }), FaultCode.ZipNamesDiffer);

    [Theory]
    [InlineData(0x0801, FaultCode.ZipEncrypted)]
    [InlineData(0x0840, FaultCode.ZipEncrypted)]
    [InlineData(0x2800, FaultCode.ZipEncrypted)]
    [InlineData(0x0820, FaultCode.ZipInvalid)]
    [InlineData(0x1800, FaultCode.ZipInvalid)]
    public void Flag_bits_that_readers_take_differently_are_refused(int flags, FaultCode expected)
    {
        Refused(Parts(part => part with { Flags = (ushort)flags }), expected);
        Refused(Parts(part => part with { LocalFlags = (ushort)flags }), FaultCode.ZipInvalid);
    }

    [Fact]
    public void A_wrong_checksum_of_the_pickle_is_refused() => Refused(Parts(part => part with { Crc = 1 }), FaultCode.ZipInvalid);

    [Fact]
    public void A_size_beyond_the_file_is_refused() => Refused(Parts(part => part with { Size = 0x7FFFFFFF }), FaultCode.ZipInvalid);

    [Fact]
    public void Entries_that_overlap_are_refused()
    {
        var inner = TorchZipWriter.Zip([new ZipPart("archive/data/9", new byte[4])])[..(64 + 4)];
        var outer = new List<ZipPart> { new("archive/data/0", inner), new("archive/data.pkl", Pickle), new("archive/data/9", new byte[4]) { HeaderAt = 64 } };
        Assert.Contains("inside another", Refused(outer, FaultCode.ZipInvalid).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_twice_two_folders_or_none_are_refused()
    {
        Refused([.. Parts(), new ZipPart("archive/data/0", new byte[8])], FaultCode.ZipInvalid);
        Refused([.. Parts(), new ZipPart("other/data.pkl", Pickle)], FaultCode.ZipInvalid);
        Refused([.. Parts(), new ZipPart("data.pkl", Pickle)], FaultCode.ZipInvalid);
        Refused([new ZipPart("archive/data/0", new byte[8])], FaultCode.ZipInvalid);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(65535)]
    public void A_count_of_entries_that_is_not_true_is_refused(int count) => Refused(TorchZipWriter.Zip(Parts(), count: count), FaultCode.ZipInvalid);

    [Fact]
    public void Compressed_entries_are_refused()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("archive/data.pkl", CompressionLevel.SmallestSize).Open();
            entry.Write(new byte[10_000_000]);
        }

        Refused(stream.ToArray(), FaultCode.ZipCompressed);
    }

    [Fact]
    public void Bytes_before_or_behind_the_archive_are_refused()
    {
        var zip = TorchZipWriter.Zip(Parts());
        Refused([.. zip, 0], FaultCode.ZipInvalid);
        Refused([.. "PK\u0003\u0004"u8, .. zip], FaultCode.ZipInvalid);
    }

    [Fact]
    public void Code_of_TorchScript_is_refused()
    {
        Refused([.. Parts(), new ZipPart("archive/constants.pkl", Pickle)], FaultCode.TorchScript);
        Refused([.. Parts(), new ZipPart("archive/code/__torch__.py", "x"u8.ToArray())], FaultCode.TorchScript);
    }

    [Fact]
    public void Numbers_of_another_byte_order_are_refused()
    {
        var parts = TorchZipWriter.Parts(Pickle, new byte[8]);
        parts[1] = new ZipPart("archive/byteorder", "big"u8.ToArray());
        Refused(parts, FaultCode.TorchByteOrder);
    }

    [Fact]
    public void Older_and_other_formats_are_refused_by_their_names()
    {
        Refused([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 0x02], FaultCode.PickleInvalid);
        var tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Contains("tar", Refused(tar, FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
        Assert.Contains("NumPy", Refused([0x93, .. "NUMPY\u0001\0v\0{'descr': '|O'}"u8], FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
        Assert.Contains("7z", Refused([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
        Assert.Contains("pickle", Refused([0x80, 0x04, (byte)'N', (byte)'.'], FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
        Assert.Contains("empty", Refused(Array.Empty<byte>(), FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_file_is_found_out_under_any_name()
    {
        var bytes = TorchZipWriter.Checkpoint(new PickleWriter().Global("os", "system").Stop());
        foreach (var name in (string[])["m.pt", "m.safetensors", "m.txt", "weights"]) Hostile.Refused(_folder.Write(name, bytes), FaultCode.PickleUnsafe);
    }

    [Fact]
    public void A_cut_archive_and_any_flipped_bit_of_its_records_never_crash()
    {
        foreach (var wide in (bool[])[false, true])
        {
            var whole = TorchZipWriter.Zip(Parts(), wide);
            for (var length = 4; length < whole.Length; length += 3)
            {
                var path = _folder.Write("m.pt", whole[..length]);
                Assert.Throws<StemmaException>(() => CheckpointOpener.Open(path));
            }

            for (var at = whole.AsSpan().IndexOf("PK\u0001\u0002"u8); at < whole.Length; at++)
            {
                for (var bit = 0; bit < 8; bit++)
                {
                    var bytes = whole.ToArray();
                    bytes[at] ^= (byte)(1 << bit);
                    var path = _folder.Write("m.pt", bytes);
                    try
                    {
                        CheckpointOpener.Open(path).Dispose();
                    }
                    catch (StemmaException refused)
                    {
                        Assert.NotEqual(FaultCode.ReadFailed, refused.Fault.Code);
                    }
                }
            }
        }
    }

    private static List<ZipPart> Parts(Func<ZipPart, ZipPart>? bend = null)
    {
        var parts = TorchZipWriter.Parts(Pickle, new byte[8]);
        if (bend is not null) parts[0] = bend(parts[0]);
        return parts;
    }

    private Fault Refused(IReadOnlyList<ZipPart> parts, FaultCode expected) => Refused(TorchZipWriter.Zip(parts), expected);

    private Fault Refused(byte[] bytes, FaultCode expected) => Hostile.Refused(_folder.Write("m.pt", bytes), expected);
}
