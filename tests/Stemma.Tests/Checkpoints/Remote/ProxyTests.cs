using Stemma.Checkpoints.Remote;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>Where a network lets nobody out but a proxy, hubs are read through it, and what may not be reached directly may not be reached through it either.</summary>
public sealed class ProxyTests
{
    private const string Model = "hub:org/model";

    [Fact]
    public async Task A_hub_that_only_the_proxy_knows_is_read_through_it()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var proxy = new LocalProxy { Login = "user:p@ss" };
        // The fake hub listens on 127.0.0.1 and its store on 127.0.0.2; the proxy takes every name for the former.
        var elsewhere = new Uri($"http://hub.invalid:{hub.Endpoint.Port}/");
        hub.Store = elsewhere.ToString().TrimEnd('/');
        using var access = hub.Access(settings => settings with { Endpoint = elsewhere, AllowPrivateAddresses = false, Proxy = Of(("HTTP_PROXY", $"user:p%40ss@{proxy.Address}")) });
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Engine.Fingerprint(Model, new() { Hub = access }).Digest);
        Assert.Equal(hub.Requests.Count, proxy.Requests.Count);
        Assert.All(proxy.Requests, request => Assert.Contains("http://hub.invalid:", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_into_a_private_network_is_refused_before_the_proxy_is_asked()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var proxy = new LocalProxy();
        hub.Store = $"http://10.0.0.7:{hub.Endpoint.Port}";
        using var access = hub.Access(settings => settings with { Endpoint = new($"http://hub.invalid:{hub.Endpoint.Port}/"), AllowPrivateAddresses = false, Proxy = Of(("http_proxy", $"http://{proxy.Address}")) });
        Assert.Equal(FaultCode.PrivateAddressRefused, Assert.Throws<StemmaException>(() => Engine.Fingerprint(Model, new() { Hub = access })).Fault.Code);
        Assert.DoesNotContain(proxy.Requests, request => request.Contains("10.0.0.7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://huggingface.co/x", "http://a:1/")]
    [InlineData("http://mirror.example/x", "http://b:2/")]
    [InlineData("https://hub.corp.example/x", null)]
    [InlineData("https://corp.example/x", null)]
    [InlineData("https://notcorp.example/x", "http://a:1/")]
    [InlineData("https://other.example:8443/x", null)]
    [InlineData("https://other.example/x", "http://a:1/")]
    [InlineData("http://localhost:8080/x", null)]
    [InlineData("http://127.0.0.1/x", null)]
    public void Variables_say_which_way_is_taken(string address, string? proxy)
    {
        var settings = Of(("HTTPS_PROXY", "http://a:1"), ("http_proxy", "b:2"), ("NO_PROXY", " .corp.example, other.example:8443"));
        Assert.Equal(proxy is null ? null : new Uri(proxy), settings!.GetProxy(new(address)));
        Assert.Equal(proxy is null, settings.IsBypassed(new(address)));
    }

    [Fact]
    public void Silence_means_none_and_everything_direct_means_none_is_used()
    {
        Assert.Null(Of());
        Assert.Null(Of(("HTTPS_PROXY", "  ")));
        Assert.True(Of(("ALL_PROXY", "socks5://p:1080"), ("NO_PROXY", "*"))!.IsBypassed(new("https://huggingface.co")));
        Assert.Equal(new Uri("socks5://p:1080"), Of(("ALL_PROXY", "socks5://p:1080"))!.GetProxy(new("https://huggingface.co")));
    }

    [Theory]
    [InlineData("ftp://p:1")]
    [InlineData("http://")]
    [InlineData("file:///etc/passwd")]
    public void A_variable_that_is_no_proxy_is_refused_and_its_secret_is_not_shown(string value)
    {
        var fault = Assert.Throws<StemmaException>(() => Of(("HTTPS_PROXY", value))).Fault;
        Assert.Equal(FaultCode.HubNameInvalid, fault.Code);
        Assert.Contains("HTTPS_PROXY", fault.Found, StringComparison.Ordinal);
        Assert.DoesNotContain(value, fault.Found, StringComparison.Ordinal);
    }

    private static ProxySettings? Of(params (string Name, string Value)[] set) => ProxySettings.Of(name => Array.Find(set, one => one.Name == name).Value);
}
