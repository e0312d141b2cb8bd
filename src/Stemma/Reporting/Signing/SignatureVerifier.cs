using Stemma.Foundation;
using Stemma.Reporting.Verifying;

namespace Stemma.Reporting.Signing;

/// <summary>Checks that an envelope was signed with a key and speaks of a file. The key alone chooses the scheme; the envelope's word for the key is only compared.</summary>
public static class SignatureVerifier
{
    /// <param name="file">The signed file.</param>
    /// <param name="envelopeFile">The envelope.</param>
    /// <param name="keyFile">A public key in PEM.</param>
    /// <exception cref="StemmaException">Something cannot be read; the fault names the field.</exception>
    public static IReadOnlyList<VerificationCheck> Verify(string file, string envelopeFile, string keyFile)
    {
        var key = KeyFile.ReadPublic(keyFile);
        var envelope = Envelope.Read(envelopeFile);
        var checks = new List<VerificationCheck> { Signature(envelope, key) };
        if (checks[0].State == CheckState.Failed) return checks;
        if (envelope.PayloadType != Statement.PayloadType)
        {
            checks.Add(new("payload type", CheckState.Failed, "The key signed something else than a statement about a file.", [new("payloadType", Statement.PayloadType, envelope.PayloadType)]));
            return checks;
        }

        var bytes = BoundedFile.Read(file, ReportFile.MostBytes);
        checks.Add(File(Statement.Read(envelope.Payload, envelopeFile), bytes));
        return checks;
    }

    private static VerificationCheck Signature(Envelope envelope, PublicKey key)
    {
        const string name = "signature";
        var signed = envelope.Signed();
        var (scheme, id) = (Kebab.Of(key.Algorithm), key.Id);
        foreach (var (at, one) in envelope.Signatures.Index())
        {
            if (!key.Fits(signed, one.Signature)) continue;
            return one.KeyId == id
                ? new(name, CheckState.Passed, $"Signed with the key {id} ({scheme}); {Others(envelope.Signatures.Count - 1)}.")
                : new(name, CheckState.Failed, "The signature is this key's, but the envelope calls it another's.", [new($"signatures[{at}].keyid", id, one.KeyId)]);
        }

        var claimed = envelope.Signatures.Index().FirstOrDefault(one => one.Item.KeyId == id);
        return claimed.Item is not null
            ? new(name, CheckState.Failed, "The envelope names this key, but its signature does not fit what is signed.", [new($"signatures[{claimed.Index}].sig", "a signature of payloadType and payload", "one of something else")])
            : new(name, CheckState.Failed, "Nothing here was signed with this key.", [new("signatures", $"one by the key {id} ({scheme})", string.Join(", ", envelope.Signatures.Select(one => $"one that names {one.KeyId}")))]);
    }

    private static string Others(int count) => count == 0 ? "there is no other signature" : $"{count} other signatures were not asked about";

    private static VerificationCheck File(Statement statement, byte[] bytes)
    {
        var differences = new List<Difference>();
        var hash = EmbeddedFingerprint.Hash(bytes);
        if (statement.Sha256 != hash) differences.Add(new("payload: subject[0].digest.sha256", hash, statement.Sha256));
        // A fingerprint begins with the eight bytes of a length and a brace; it is never taken for a report.
        string[] kinds = ReportFile.IsReport(bytes) ? [Statement.OfReport] : bytes.Length > 8 && bytes[8] == (byte)'{' ? [Statement.OfFingerprint, Statement.OfFile] : [Statement.OfFile];
        if (!kinds.Contains(statement.PredicateType)) differences.Add(new("payload: predicateType", string.Join(" or ", kinds), statement.PredicateType));
        return differences.Count == 0
            ? new("signed file", CheckState.Passed, $"The statement is about this file, byte for byte; it was signed under the name {SafeText.Escape(statement.FileName)}.")
            : new("signed file", CheckState.Failed, "The signature is genuine, but it is about another file, or this file was changed afterwards.", differences);
    }
}
