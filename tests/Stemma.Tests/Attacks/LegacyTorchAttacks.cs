using System.Formats.Tar;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

/// <summary>Old files of PyTorch with lies in each of their pieces.</summary>
public sealed class LegacyTorchAttacks : IDisposable
{
    private readonly TempFolder _folder = new();

    private static byte[] Good => LegacyTorchWriter.File(Objects(), [("5", 6, new byte[24])]);

    [Fact]
    public void Cut_anywhere_it_is_refused()
    {
        var good = Good;
        for (var length = LegacyTorchWriter.Magic.Length; length < good.Length; length++)
        {
            var path = _folder.Write("m.pt", good[..length]);
            Assert.Throws<StemmaException>(() => CheckpointOpener.Open(path).Dispose());
        }
    }

    /// <summary>Whatever byte is changed: it is read as something or refused with a fault, and nothing else happens.</summary>
    [Fact]
    public void Any_byte_changed_is_read_or_refused()
    {
        var good = Good;
        for (var at = LegacyTorchWriter.Magic.Length; at < good.Length; at++)
        {
            foreach (var flip in (byte[])[1, 0x80, 0xFF])
            {
                var bytes = good.ToArray();
                bytes[at] ^= flip;
                try
                {
                    using var checkpoint = CheckpointOpener.Open(_folder.Write("m.pt", bytes));
                    foreach (var tensor in checkpoint.Tensors.Where(t => t.Rows > 0)) checkpoint.ReadRows(tensor, 0, new byte[tensor.ByteLength]);
                }
                catch (StemmaException e)
                {
                    Assert.NotEmpty(e.Fault.Found);
                }
            }
        }
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("__builtin__", "eval")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    public void Code_in_any_of_the_pickles_is_refused(string module, string name)
    {
        var code = new PickleWriter().Global(module, name).Op('(').Text("id").Op('t').Op('R').Stop();
        Refused(LegacyTorchWriter.File(code, []), FaultCode.PickleUnsafe);
        byte[] first = [.. LegacyTorchWriter.Magic, .. code.ToArray()];
        Refused(first, FaultCode.PickleUnsafe);
        byte[] second = [.. LegacyTorchWriter.Magic, .. new PickleWriter().Number(1001).Stop().ToArray(), .. code.ToArray()];
        Refused(second, FaultCode.PickleUnsafe);
        var good = LegacyTorchWriter.File(Objects(), []);
        // In the place of the list of keys.
        byte[] last = [.. good[..^6], .. code.ToArray()];
        Refused(last, FaultCode.PickleUnsafe);
    }

    [Fact]
    public void A_module_with_its_source_is_refused()
    {
        var module = new PickleWriter().Op('(').Text("module").Global("__main__", "Net").Text("net.py").Text("import os").Op('t').Op('Q').Stop();
        Refused(LegacyTorchWriter.File(module, []), FaultCode.PickleUnsafe);
    }

    [Fact]
    public void Lies_about_storages_are_refused()
    {
        Refused(LegacyTorchWriter.File(Objects(), [("5", 7, new byte[28])]), FaultCode.TorchStorageInvalid);
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[20])]), FaultCode.TorchStorageInvalid);
        Refused(LegacyTorchWriter.File(Objects(long.MaxValue), [("5", long.MaxValue, new byte[24])]), FaultCode.TorchStorageInvalid);
        Refused(LegacyTorchWriter.File(Objects(), [("5", -1, new byte[24])]), FaultCode.TorchStorageInvalid);
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[24]), ("6", 6, new byte[24])]), FaultCode.TorchLegacyInvalid);
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[24]), ("5", 6, new byte[24])]), FaultCode.TorchLegacyInvalid);
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[25])]), FaultCode.TorchLegacyInvalid);
        Refused(LegacyTorchWriter.File(Objects(), []), FaultCode.TorchStorageInvalid);
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(0, 7)]
    [InlineData(6, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(3, -3)]
    public void A_part_outside_its_storage_is_refused(long first, long count)
    {
        var objects = new PickleWriter().Dict(("w", p => p.OldTensor("FloatStorage", "5", 6, 0, [1], part: ("9", first, count)))).Stop();
        Refused(LegacyTorchWriter.File(objects, [("5", 6, new byte[24])]), FaultCode.TorchTensorInvalid);
    }

    [Fact]
    public void Another_machine_or_version_is_refused()
    {
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[24])], littleEndian: false), FaultCode.TorchByteOrder);
        Refused(LegacyTorchWriter.File(Objects(), [("5", 6, new byte[24])], version: 1002), FaultCode.TorchLegacy);
    }

    [Fact]
    public void A_pickle_that_never_ends_does_not_eat_memory()
    {
        byte[] endless = [.. LegacyTorchWriter.Magic, .. Enumerable.Repeat((byte)'N', 1 << 17)];
        Refused(endless, FaultCode.PickleInvalid);
    }

    [Fact]
    public void A_tar_archive_that_lies_is_refused()
    {
        foreach (var name in (string[])["storages", "tensors", "pickle"])
        {
            var without = LegacyTorchWriter.TarMembers();
            without.Remove(name);
            Refused(LegacyTorchWriter.Tar(without), FaultCode.TarInvalid);
        }

        var good = LegacyTorchWriter.Tar(LegacyTorchWriter.TarMembers());
        var changed = good.ToArray();
        changed[124] ^= 1;
        Refused(changed, FaultCode.TarInvalid);
        Refused(good[..1024], FaultCode.TarInvalid);
    }

    [Fact]
    public void A_link_in_a_tar_archive_is_refused()
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "storages") { DataStream = new MemoryStream(new byte[8]) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "pickle") { LinkName = "/etc/passwd" });
        }

        Refused(stream.ToArray(), FaultCode.TarInvalid);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    public void A_tensor_of_absurd_dimensions_is_refused(int dimensions)
    {
        var members = LegacyTorchWriter.TarMembers();
        members["tensors"] = [.. new PickleWriter().Number(1).Stop().ToArray(), .. LegacyTorchWriter.Tensor(100, 7, [2], [1], 0, dimensions)];
        Refused(LegacyTorchWriter.Tar(members), FaultCode.TorchLegacyInvalid);
    }

    [Fact]
    public void A_tensor_outside_its_storage_or_without_one_is_refused()
    {
        var members = LegacyTorchWriter.TarMembers();
        members["tensors"] = [.. new PickleWriter().Number(2).Stop().ToArray(), .. LegacyTorchWriter.Tensor(100, 7, [5], [1], 0), .. LegacyTorchWriter.Tensor(101, 7, [1], [1], 0)];
        Refused(LegacyTorchWriter.Tar(members), FaultCode.TorchTensorInvalid);
        members["tensors"] = [.. new PickleWriter().Number(1).Stop().ToArray(), .. LegacyTorchWriter.Tensor(100, 99, [1], [1], 0)];
        Refused(LegacyTorchWriter.Tar(members), FaultCode.TorchLegacyInvalid);
    }

    public void Dispose() => _folder.Dispose();

    private static PickleWriter Objects(long count = 6) => new PickleWriter().Dict(("w", p => p.OldTensor("FloatStorage", "5", count, 0, [2, 3]))).Stop();

    private void Refused(byte[] bytes, FaultCode code) => Hostile.Refused(_folder.Write("m.pt", bytes), code);
}
