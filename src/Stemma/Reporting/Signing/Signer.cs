using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Reporting.Verifying;

namespace Stemma.Reporting.Signing;

/// <summary>Signs fingerprints, reports and other files: one small envelope beside the file.</summary>
public static class Signer
{
    /// <summary>Ending of the envelope, after the whole name of the file.</summary>
    public const string Ending = ".dsse";

    /// <summary>Makes the envelope, or adds a signature to one about the same file.</summary>
    /// <param name="file">What to sign.</param>
    /// <param name="keyFile">A private key in PEM.</param>
    /// <param name="envelopeFile">Where an envelope may stand already.</param>
    /// <param name="model">The file as a fingerprint; null where it is none.</param>
    /// <returns>The bytes of the envelope, and the id of the key.</returns>
    /// <exception cref="StemmaException">The file or the key cannot be read; or <see cref="FaultCode.WouldOverwrite"/> where the envelope there is about something else.</exception>
    public static (byte[] Envelope, string KeyId) Sign(string file, string keyFile, string envelopeFile, Fingerprint? model)
    {
        var key = KeyFile.ReadPrivate(keyFile);
        var id = key.Public().Id;
        var payload = PayloadOf(file, model);
        var others = new List<EnvelopeSignature>();
        if (File.Exists(envelopeFile))
        {
            var there = Existing(envelopeFile);
            if (there.PayloadType != Statement.PayloadType || !there.Payload.AsSpan().SequenceEqual(payload))
                throw new StemmaException(FaultCode.WouldOverwrite, envelopeFile, null, "an envelope about something else, or about an older state of the file", "an envelope about this file, or none", "Move it away, or choose another name with -o");
            others.AddRange(there.Signatures.Where(one => one.KeyId != id));
        }

        var envelope = new Envelope(Statement.PayloadType, payload, []);
        var signed = envelope with { Signatures = [.. others, new(id, key.Sign(envelope.Signed()))] };
        return (signed.Write(), id);
    }

    /// <summary>A new pair of keys, each as a PEM file, and the id.</summary>
    public static (string Private, string Public, string KeyId) Generate(KeyAlgorithm algorithm)
    {
        var key = PrivateKey.Generate(algorithm);
        var open = key.Public();
        return (KeyFile.Text(KeyFile.PrivateLabel, key.Info), KeyFile.Text(KeyFile.PublicLabel, open.Info), open.Id);
    }

    private static Envelope Existing(string file)
    {
        try
        {
            return Envelope.Read(file);
        }
        catch (StemmaException e) when (e.Fault.Code is FaultCode.EnvelopeInvalid or FaultCode.ReportInvalid or FaultCode.ReportTooLarge)
        {
            throw new StemmaException(e.Fault with { Code = FaultCode.WouldOverwrite, Remedy = "Move it away, or choose another name with -o" }, e);
        }
    }

    private static byte[] PayloadOf(string file, Fingerprint? model)
    {
        var bytes = BoundedFile.Read(file, ReportFile.MostBytes);
        var (name, hash) = (Path.GetFileName(file), EmbeddedFingerprint.Hash(bytes));
        if (model is not null) return Statement.About(name, hash, model);
        return ReportFile.IsReport(bytes) ? Statement.About(name, hash, ReportFile.Read(file, bytes).Found) : Statement.About(name, hash);
    }
}
