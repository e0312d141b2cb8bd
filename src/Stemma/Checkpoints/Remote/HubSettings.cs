using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>How hubs are reached. The names of variables are those of the hub's own programs, so that what works with them works here.</summary>
public sealed record HubSettings
{
    private const string PublicHub = "https://huggingface.co";
    private const int LongestToken = 4096;

    /// <summary>Root of the hub's addresses.</summary>
    public Uri Endpoint { get; init; } = new(PublicHub);

    /// <summary>Sent to the endpoint's own host and to nobody else; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Where the hub's programs keep what they downloaded; null for nowhere.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The network is not used: only what is in the cache.</summary>
    public bool Offline { get; init; }

    /// <summary>The way out of the user's network; null to connect directly.</summary>
    public ProxySettings? Proxy { get; init; }

    /// <summary>Addresses of private networks and of this machine may be reached.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Which addresses may be reached where not all may; tests bring their own.</summary>
    internal Func<System.Net.IPAddress, bool> MayReach { get; init; } = AddressRules.IsPublic;

    /// <summary>Waits between two attempts; tests bring their own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long a silent connection is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Set when the user asks to stop.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>
    /// HF_ENDPOINT; the token of HF_TOKEN or HUGGING_FACE_HUB_TOKEN, else of the file HF_TOKEN_PATH or HF_HOME/token; the cache HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE or
    /// HF_HOME/hub, with HF_HOME in XDG_CACHE_HOME or ~/.cache; HF_HUB_OFFLINE; proxies as <see cref="ProxySettings.Of"/> reads them.
    /// </summary>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <exception cref="StemmaException">HF_ENDPOINT is no address.</exception>
    public static HubSettings Of(Func<string, string?> variable)
    {
        string? Set(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (variable(name) is { } value && value.Trim().Length > 0) return value.Trim();
            return null;
        }

        var caches = Set("XDG_CACHE_HOME") ?? (Set("HOME", "USERPROFILE") is { } user ? Path.Combine(user, ".cache") : null);
        var home = Set("HF_HOME") ?? (caches is null ? null : Path.Combine(caches, "huggingface"));
        return new()
        {
            Endpoint = EndpointOf(Set("HF_ENDPOINT") ?? PublicHub),
            Token = Set("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? TokenIn(Set("HF_TOKEN_PATH") ?? (home is null ? null : Path.Combine(home, "token"))),
            CacheFolder = Set("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? (home is null ? null : Path.Combine(home, "hub")),
            Proxy = ProxySettings.Of(variable),
            Offline = Set("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };
    }

    private static Uri EndpointOf(string text)
    {
        if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address is { UserInfo: "", Query: "", Fragment: "" }) return address;
        throw new StemmaException(FaultCode.HubNameInvalid, "", null, $"HF_ENDPOINT is '{text}'", "an address such as https://huggingface.co", "Correct the variable or take it away");
    }

    private static string? TokenIn(string? path)
    {
        try
        {
            if (path is null || !File.Exists(path) || new FileInfo(path).Length is 0 or > LongestToken) return null;
            using var reader = new StreamReader(path);
            var buffer = new char[LongestToken];
            var text = new string(buffer, 0, reader.ReadBlock(buffer)).Trim();
            return text.Length == 0 || text.Any(letter => letter is <= ' ' or > '~') ? null : text;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without a token public models can still be read, and a private one is refused with a clear word.
            return null;
        }
    }
}
