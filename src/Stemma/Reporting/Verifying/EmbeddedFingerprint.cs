using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Stemma.Checkpoints;
using Stemma.Fingerprints;
using Stemma.Foundation;

namespace Stemma.Reporting.Verifying;

/// <summary>A stretch of a <c>.stemma</c> file with its hash, so that a changed byte can be told where it is.</summary>
/// <param name="Name"><c>header</c>, or the name of an array.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Hexadecimal.</param>
internal sealed record FingerprintSection(string Name, long Length, string Sha256);

/// <summary>A fingerprint inside a report: the bytes of a <c>.stemma</c> file, and what they should be.</summary>
internal sealed record EmbeddedFingerprint(string Name, string Digest, string Sha256, IReadOnlyList<FingerprintSection> Sections, byte[] Bytes)
{
    /// <summary>Larger fingerprints do not fit into one JSON text.</summary>
    public const int MostBytes = 100_000_000;

    public static EmbeddedFingerprint Of(Fingerprint model)
    {
        using var stream = new MemoryStream();
        FingerprintWriter.Write(model, stream);
        var bytes = stream.ToArray();
        if (bytes.Length > MostBytes)
        {
            throw new StemmaException(FaultCode.ReportTooLarge, model.Name, null, $"a fingerprint of {bytes.Length} bytes", $"at most {MostBytes} bytes in a report",
                "Keep the JSON and the .stemma files beside one another instead");
        }

        return new(model.Name, model.Digest.ToString(), Hash(bytes), SectionsOf(bytes), bytes);
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Where the bytes are not those that the report was written with; empty when they are.</summary>
    /// <param name="place">Where this fingerprint stands in the report.</param>
    public IEnumerable<Difference> Problems(string place)
    {
        long at = 0;
        foreach (var section in Sections)
        {
            var here = $"{place}.data, section {SafeText.Escape(section.Name)}";
            if (section.Length > Bytes.Length - at)
            {
                yield return new(here, $"{section.Length} bytes", $"{Bytes.Length - at} bytes left");
                yield break;
            }

            var found = Hash(Bytes.AsSpan((int)at, (int)section.Length));
            if (found != section.Sha256) yield return new($"{here} (bytes {at} to {at + section.Length - 1} of the fingerprint)", $"SHA-256 {section.Sha256}", $"SHA-256 {found}");
            at += section.Length;
        }

        if (at != Bytes.Length) yield return new($"{place}.data", $"{at} bytes", $"{Bytes.Length} bytes");
        if (Hash(Bytes) != Sha256) yield return new($"{place}.sha256", Hash(Bytes), Sha256);
    }

    /// <summary>Reads the fingerprint as any <c>.stemma</c> file is read, with every check.</summary>
    /// <param name="file">The report, for faults.</param>
    /// <exception cref="StemmaException">The bytes are no fingerprint that can be read.</exception>
    public Fingerprint Open(string file)
    {
        // The readers of checkpoints work on files.
        var folder = Directory.CreateTempSubdirectory("stemma-");
        try
        {
            var path = Path.Combine(folder.FullName, "embedded.stemma");
            File.WriteAllBytes(path, Bytes);
            using var checkpoint = CheckpointOpener.Open(path);
            if (!FingerprintReader.IsFingerprint(checkpoint)) throw new StemmaException(FaultCode.FingerprintInvalid, path, null, "no fingerprint", "a fingerprint");
            return FingerprintReader.Read(checkpoint);
        }
        catch (StemmaException e)
        {
            throw new StemmaException(e.Fault with { File = $"{file}, fingerprint of {SafeText.Escape(Name)}" }, e);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The header, then the arrays as they lie in the buffer.</summary>
    private static List<FingerprintSection> SectionsOf(byte[] bytes)
    {
        var start = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var sections = new List<FingerprintSection> { Section("header", bytes.AsSpan(0, start)) };
        using var header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
        foreach (var (name, from, to) in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__")
            .Select(entry => (entry.Name, Offsets: entry.Value.GetProperty("data_offsets"))).Select(e => (e.Name, From: e.Offsets[0].GetInt32(), To: e.Offsets[1].GetInt32())).OrderBy(e => e.From).ThenBy(e => e.To))
            sections.Add(Section(name, bytes.AsSpan(start + from, to - from)));
        return sections;
    }

    private static FingerprintSection Section(string name, ReadOnlySpan<byte> bytes) => new(name, bytes.Length, Hash(bytes));
}
