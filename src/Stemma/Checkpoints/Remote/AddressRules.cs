using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Stemma.Checkpoints.Remote;

/// <summary>
/// Which addresses belong to the public internet. Everything else (this machine, private networks, link-local services that hand out credentials) is refused
/// unless the user allows it: a name or a redirect of a stranger must not make this program ask inside the user's own network.
/// Source: the IANA special-purpose address registries (RFC 6890 and its updates).
/// </summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96"), SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>True for an address that everybody on the internet would reach alike.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return IsPublic(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // An IPv4 address inside an IPv6 one leads to that address.
            if (Translated.Contains(address)) return IsPublic(Inner(address, 12));
            if (SixToFour.Contains(address)) return IsPublic(Inner(address, 2));
        }

        return !Array.Exists(Special, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    private static IPAddress Inner(IPAddress address, int at)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]));
        return new IPAddress(four);
    }
}
