using System.Globalization;
using System.Text;

namespace Stemma.Reporting.Signing;

/// <summary>
/// What a DSSE signature signs: the pre-authentication encoding of type and payload (secure-systems-lab/dsse, protocol.md v1.0.2):
/// <c>"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body</c>, lengths in bytes, in decimal ASCII without leading zeros.
/// </summary>
internal static class Pae
{
    public static byte[] Of(string type, ReadOnlySpan<byte> body)
    {
        var name = Encoding.UTF8.GetBytes(type);
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {name.Length} {type} {body.Length} "));
        return [.. head, .. body];
    }
}
