using System.Net;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>
/// The way out that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY name, in capitals or small letters, as most programs read them. NO_PROXY lists hosts and domains; <c>*</c> means all.
/// This machine is always reached directly.
/// </summary>
public sealed class ProxySettings : IWebProxy
{
    private static readonly string[] Schemes = ["http", "socks4", "socks4a", "socks5"];

    private readonly Uri? _encrypted, _plain;
    private readonly string[] _direct;

    private ProxySettings(Uri? encrypted, Uri? plain, string[] direct) => (_encrypted, _plain, _direct) = (encrypted, plain, direct);

    /// <summary>Name and password that stand in the proxy's address; null for none.</summary>
    public ICredentials? Credentials { get; set; }

    /// <summary>What the environment says; null where it names no proxy.</summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.HubNameInvalid"/> for a variable that is no address of a proxy.</exception>
    public static ProxySettings? Of(Func<string, string?> variable)
    {
        var all = Address("ALL_PROXY");
        var (encrypted, plain) = (Address("HTTPS_PROXY") ?? all, Address("HTTP_PROXY") ?? all);
        if (encrypted is null && plain is null) return null;
        var direct = (Set("NO_PROXY") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new(encrypted, plain, direct) { Credentials = LoginIn(encrypted) ?? LoginIn(plain) };

        string? Set(string name) => new[] { name, name.ToLowerInvariant() }.Select(variable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value))?.Trim();

        Uri? Address(string name)
        {
            if (Set(name) is not { } text) return null;
            if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var address) && Schemes.Contains(address.Scheme) && address.Host.Length > 0) return address;
            throw new StemmaException(FaultCode.HubNameInvalid, "", null, $"{name} is no address of a proxy that can be used here", $"an address such as http://proxy.example:3128, of {string.Join(", ", Schemes)}", "Correct the variable or take it away");
        }
    }

    /// <summary>The proxies' addresses, without the names and passwords that may stand in them.</summary>
    public IReadOnlyList<string> Shown => [.. new[] { _encrypted, _plain }.OfType<Uri>().Select(proxy => SafeText.Escape(proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped))).Distinct(StringComparer.Ordinal)];

    /// <summary>The proxy for an address; null to go there directly.</summary>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : destination.Scheme == "https" ? _encrypted : _plain;

    public bool IsBypassed(Uri host) => host.IsLoopback || Array.Exists(_direct, entry => Covers(entry, host)) || (host.Scheme == "https" ? _encrypted : _plain) is null;

    /// <summary>True for the proxy's own host and port.</summary>
    internal bool Is(DnsEndPoint target) => Matches(_encrypted, target) || Matches(_plain, target);

    private static bool Matches(Uri? proxy, DnsEndPoint target) => proxy is not null && proxy.Port == target.Port && proxy.IdnHost.Equals(target.Host, StringComparison.OrdinalIgnoreCase);

    private static bool Covers(string entry, Uri host)
    {
        if (entry == "*") return true;
        var (name, port) = entry.LastIndexOf(':') is var colon and > 0 && entry.IndexOf(':', StringComparison.Ordinal) == colon && int.TryParse(entry[(colon + 1)..], out var number) ? (entry[..colon], number) : (entry, host.Port);
        name = name.TrimStart('*').TrimStart('.');
        var asked = host.IdnHost;
        return port == host.Port && name.Length > 0 && asked.EndsWith(name, StringComparison.OrdinalIgnoreCase) && (asked.Length == name.Length || asked[^(name.Length + 1)] == '.');
    }

    private static NetworkCredential? LoginIn(Uri? proxy) => proxy?.UserInfo is { Length: > 0 } login && login.Split(':', 2) is [var user, .. var rest]
        ? new(Uri.UnescapeDataString(user), rest is [var password] ? Uri.UnescapeDataString(password) : "")
        : null;
}
