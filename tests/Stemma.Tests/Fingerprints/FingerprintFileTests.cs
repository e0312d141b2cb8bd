using Stemma.Checkpoints;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Tests.Sketching;
using Stemma.Tests.Support;

namespace Stemma.Tests.Fingerprints;

/// <summary>A <c>.stemma</c> file gives back what was written, and nothing but typed faults otherwise.</summary>
public sealed class FingerprintFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("parent")]
    [InlineData("suspect")]
    public void What_was_written_is_read_back_and_writes_the_same_bytes(string model)
    {
        var made = Engine.Fingerprint(Repository.At("examples", model));
        var bytes = SketchBytes.Of(made);
        var read = Read(bytes);

        Assert.Equal(bytes, SketchBytes.Of(read));
        Assert.Equal((made.Name, made.Architecture, made.Digest, made.Parameters, made.Shape), (read.Name, read.Architecture, read.Digest, read.Parameters, read.Shape));
        Assert.Equal(made.Files, read.Files);
        Assert.Equal(made.Notices, read.Notices);
        Assert.Equal(made.Sketch.Tensors.Select(t => t.Name), read.Sketch.Tensors.Select(t => t.Name));
        Assert.Equal(made.Sketch.Tensors.SelectMany(t => t.Parts).Select(p => p.Moments), read.Sketch.Tensors.SelectMany(t => t.Parts).Select(p => p.Moments));
        Assert.Equal(made.Sketch.Units[0].Gate, read.Sketch.Units[0].Gate);
        Assert.Equal(made.Sketch.Anchors.Embed, read.Sketch.Anchors.Embed);
    }

    [Fact]
    public void Every_array_is_needed_and_none_may_be_short_or_long()
    {
        var bytes = Tiny();
        using var checkpoint = Open(bytes);
        Assert.NotEmpty(checkpoint.Tensors);
        foreach (var tensor in checkpoint.Tensors)
        {
            Refused(FingerprintForge.Without(checkpoint, tensor.Name), FaultCode.FingerprintInvalid);
            if (tensor.Count == 0) continue;
            Refused(FingerprintForge.WithRows(checkpoint, tensor.Name, -1), FaultCode.FingerprintInvalid);
            Refused(FingerprintForge.WithRows(checkpoint, tensor.Name, +1), FaultCode.FingerprintInvalid);
        }
    }

    [Theory]
    [InlineData("stemma.fingerprint/1", "stemma.fingerprint/2", FaultCode.FingerprintVersion)]
    [InlineData("\"version\":1", "\"version\":2", FaultCode.FingerprintVersion)]
    [InlineData("\"version\":1", "\"version\":0", FaultCode.FingerprintInvalid)]
    [InlineData("\"version\":1", "\"version\":99999999999", FaultCode.FingerprintInvalid)]
    [InlineData("\"linear_size\":64", "\"linear_size\":65", FaultCode.FingerprintInvalid)]
    [InlineData("\"role\":\"Gate\"", "\"role\":\"Gatekeeper\"", FaultCode.FingerprintInvalid)]
    [InlineData("\"role\":\"Gate\"", "\"role\":999", FaultCode.FingerprintInvalid)]
    [InlineData("\"role\":\"Gate\"", "\"role\":null", FaultCode.FingerprintInvalid)]
    [InlineData("\"type\":\"BF16\"", "\"type\":\"BF17\"", FaultCode.FingerprintInvalid)]
    [InlineData("\"type\":\"BF16\"", "\"type\":\"3\"", FaultCode.FingerprintInvalid)]
    [InlineData("\"units\":176", "\"units\":-176", FaultCode.FingerprintInvalid)]
    [InlineData("\"count\":176", "\"count\":-1", FaultCode.FingerprintInvalid)]
    [InlineData("\"count\":176", "\"count\":2147483647", FaultCode.FingerprintInvalid)]
    [InlineData("\"width\":64", "\"width\":2147483647", FaultCode.FingerprintInvalid)]
    [InlineData("\"width\":64", "\"width\":-64", FaultCode.FingerprintInvalid)]
    [InlineData("\"shape\":[176,64]", "\"shape\":[4294967296,4294967296]", FaultCode.FingerprintInvalid)]
    [InlineData("\"shape\":[176,64]", "\"shape\":null", FaultCode.FingerprintInvalid)]
    [InlineData("\"files\":", "\"fools\":", FaultCode.FingerprintInvalid)]
    [InlineData("\"model\":", "\"modal\":", FaultCode.FingerprintInvalid)]
    [InlineData("\"parts\":[{", "\"parts\":[null,{", FaultCode.FingerprintInvalid)]
    [InlineData("\"digest\":\"", "\"digest\":\"xx", FaultCode.FingerprintInvalid)]
    public void A_manifest_that_claims_what_cannot_be_is_refused(string honest, string claimed, FaultCode code)
    {
        using var checkpoint = Open(Tiny());
        var manifest = checkpoint.Metadata["stemma"];
        Assert.Contains(honest, manifest, StringComparison.Ordinal);
        var at = manifest.IndexOf(honest, StringComparison.Ordinal);
        Refused(FingerprintForge.WithManifest(checkpoint, manifest.Remove(at, honest.Length).Insert(at, claimed)), code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":7}")]
    [InlineData("{\"format\":\"stemma.fingerprint/1\",\"recipe\":{\"version\":1}}")]
    [InlineData("not json")]
    public void A_manifest_that_is_none_is_refused(string manifest)
    {
        using var checkpoint = Open(Tiny());
        Refused(FingerprintForge.WithManifest(checkpoint, manifest), FaultCode.FingerprintInvalid);
    }

    [Fact]
    public void A_manifest_cut_anywhere_is_refused()
    {
        using var checkpoint = Open(Tiny());
        var manifest = checkpoint.Metadata["stemma"];
        for (var length = 0; length < manifest.Length; length += 1 + (manifest.Length / 150))
            Refused(FingerprintForge.WithManifest(checkpoint, manifest[..length]), FaultCode.FingerprintInvalid);
    }

    [Fact]
    public void Flipped_bytes_are_read_or_refused_but_never_crash()
    {
        var sound = Tiny();
        var header = (int)Math.Min(sound.Length, 8 + BitConverter.ToInt64(sound));
        var refused = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            var bytes = sound.ToArray();
            // Most of them in the header, where the claims are.
            var at = (int)(SeededHash.Mix(7, (ulong)trial) % (ulong)(trial % 4 == 0 ? bytes.Length : header));
            bytes[at] ^= (byte)(1 + (SeededHash.Mix(8, (ulong)trial) % 255));
            try
            {
                Read(bytes);
            }
            catch (StemmaException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 200, 1999);
    }

    private byte[] Tiny() => SketchBytes.Of(Engine.Fingerprint(QwenModel.Write(_folder["tiny"], QwenModel.Tensors())));

    private Checkpoint Open(byte[] bytes) => CheckpointOpener.Open(_folder.Write("file.stemma", bytes));

    private Fingerprint Read(byte[] bytes)
    {
        using var checkpoint = Open(bytes);
        return FingerprintReader.Read(checkpoint);
    }

    private void Refused(byte[] bytes, FaultCode code)
    {
        var path = _folder.Write("forged.stemma", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<StemmaException>(() => Engine.Fingerprint(path)).Fault;
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64L << 20, "memory was taken for a claim");
        Assert.True(fault.Code == code, fault.ToString());
        Assert.DoesNotContain(fault.ToString(), char.IsControl);
    }
}
