namespace Stemma.Reporting.Signing;

/// <summary>The signature schemes that are known. A key has one, and only that one is ever used with it: no file chooses the scheme.</summary>
public enum KeyAlgorithm
{
    /// <summary>ECDSA on the curve P-256 with SHA-256, signatures in DER (RFC 3279), as OpenSSL and sigstore write them.</summary>
    EcdsaP256,

    /// <summary>Ed25519 (RFC 8032), by libsodium.</summary>
    Ed25519,
}
