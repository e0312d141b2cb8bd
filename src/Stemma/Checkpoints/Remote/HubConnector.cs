using System.Net;
using System.Net.Sockets;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>
/// Connects to the addresses that a name resolved to, after each was looked at: the check and the connection use the same answer of the name service,
/// so a name that answers differently the second time gains nothing.
/// </summary>
internal static class HubConnector
{
    private const int MostConnections = 64;

    /// <param name="patience">How long a connection, and a silent one, is waited for.</param>
    /// <param name="mayReach">Which addresses may be reached.</param>
    /// <param name="proxy">The way out; null to connect directly. Its own address may be any: the user named it.</param>
    public static HttpMessageHandler Handler(TimeSpan patience, Func<IPAddress, bool> mayReach, ProxySettings? proxy) =>
        proxy is null ? Direct(patience, mayReach, null) : new BehindProxy(proxy, mayReach) { InnerHandler = Direct(patience, mayReach, proxy) };

    /// <summary>Refuses an address that may not be reached.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.PrivateAddressRefused"/>.</exception>
    private static IPAddress[] Allowed(string host, IPAddress[] addresses, Func<IPAddress, bool> mayReach)
    {
        var allowed = Array.FindAll(addresses, address => mayReach(address));
        if (allowed.Length > 0 || addresses.Length == 0) return allowed;
        throw new StemmaException(
            FaultCode.PrivateAddressRefused, "", null, $"{host} is {addresses[0]}, an address of this machine or of a private network", "addresses of the public internet",
            "Give --allow-private-addresses if you trust this server");
    }

    private static SocketsHttpHandler Direct(TimeSpan patience, Func<IPAddress, bool> mayReach, ProxySettings? proxy) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = proxy is not null,
        Proxy = proxy,
        MaxConnectionsPerServer = MostConnections,
        MaxResponseHeadersLength = 64,
        MaxResponseDrainSize = 0,
        ConnectTimeout = patience,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancel) => ValueTask.FromResult<Stream>(Connect(context.DnsEndPoint, patience, proxy?.Is(context.DnsEndPoint) == true ? _ => true : mayReach, cancel)),
    };

    private static NetworkStream Connect(DnsEndPoint target, TimeSpan patience, Func<IPAddress, bool> mayReach, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : Dns.GetHostAddresses(target.Host);
        var allowed = Allowed(target.Host, addresses, mayReach);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A server that falls silent in the middle of an answer must not hold the program for ever.
            socket.ReceiveTimeout = socket.SendTimeout = (int)patience.TotalMilliseconds;
            socket.Connect(allowed, target.Port);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Behind a proxy it is the proxy that looks names up. What is an address already, or has one here, is looked at before it is asked; a name that this machine cannot look up is the
    /// proxy's to judge.
    /// </summary>
    private sealed class BehindProxy(ProxySettings proxy, Func<IPAddress, bool> mayReach) : DelegatingHandler
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancel)
        {
            Check(request.RequestUri!);
            return base.Send(request, cancel);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            Check(request.RequestUri!);
            return base.SendAsync(request, cancel);
        }

        private void Check(Uri address)
        {
            if (proxy.IsBypassed(address)) return;
            try
            {
                Allowed(address.IdnHost, IPAddress.TryParse(address.IdnHost, out var literal) ? [literal] : Dns.GetHostAddresses(address.IdnHost), mayReach);
            }
            catch (SocketException)
            {
                // Nobody here knows the name.
            }
        }
    }
}
