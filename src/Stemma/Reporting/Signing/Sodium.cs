using System.Runtime.InteropServices;
using Stemma.Foundation;

namespace Stemma.Reporting.Signing;

/// <summary>Ed25519 by libsodium, which is looked for when it is first needed: .NET has no Ed25519 of its own.</summary>
internal sealed unsafe class Sodium
{
    public const int SeedBytes = 32, PublicBytes = 32, SignatureBytes = 64;

    private const int SecretBytes = 64;
    private static readonly string[] Names = ["libsodium.so.23", "libsodium.so.26", "libsodium.so", "libsodium.23.dylib", "libsodium.dylib", "libsodium"];
    private static readonly Lazy<Sodium> Loaded = new(() => Load(Names));

    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int> _keyPair;
    private readonly delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int> _sign;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int> _verify;

    private Sodium(nint library)
    {
        _keyPair = (delegate* unmanaged[Cdecl]<byte*, byte*, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_seed_keypair");
        _sign = (delegate* unmanaged[Cdecl]<byte*, ulong*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_detached");
        _verify = (delegate* unmanaged[Cdecl]<byte*, byte*, ulong, byte*, int>)NativeLibrary.GetExport(library, "crypto_sign_ed25519_verify_detached");
    }

    /// <exception cref="StemmaException"><see cref="FaultCode.LibraryMissing"/>.</exception>
    public static Sodium Default => Loaded.Value;

    internal static Sodium Load(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            var start = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sodium_init");
            if (start() >= 0) return new(library);
        }

        throw new StemmaException(FaultCode.LibraryMissing, "", null, "Ed25519 needs libsodium, which is not here", "libsodium 1.0.18 or later", "Debian: apt-get install libsodium23; or use an ECDSA P-256 key, which needs nothing");
    }

    /// <param name="seed"><see cref="SeedBytes"/> bytes: the private key of RFC 8032.</param>
    public (byte[] Public, byte[] Secret) KeyPair(ReadOnlySpan<byte> seed)
    {
        Expect(seed.Length == SeedBytes);
        var (open, secret) = (new byte[PublicBytes], new byte[SecretBytes]);
        fixed (byte* p = open, s = secret, from = seed) Expect(_keyPair(p, s, from) == 0);
        return (open, secret);
    }

    public byte[] Sign(ReadOnlySpan<byte> message, ReadOnlySpan<byte> seed)
    {
        var signature = new byte[SignatureBytes];
        fixed (byte* to = signature, text = message, secret = KeyPair(seed).Secret) Expect(_sign(to, null, text, (ulong)message.Length, secret) == 0);
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> key)
    {
        if (signature.Length != SignatureBytes || key.Length != PublicBytes) return false;
        fixed (byte* s = signature, text = message, k = key) return _verify(s, text, (ulong)message.Length, k) == 0;
    }

    private static void Expect(bool holds)
    {
        if (!holds) throw new InvalidOperationException("libsodium refused what it documents to take");
    }
}
