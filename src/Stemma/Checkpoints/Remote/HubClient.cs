using System.Net;
using System.Net.Http.Headers;
using Polly;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>What came back, headers only; the body is still to be read.</summary>
/// <param name="Response">Of the last hop.</param>
/// <param name="At">Where the last hop led.</param>
/// <param name="LinkedTag">What the hub itself says the file's digest is, on the way to its store; null when it does not.</param>
internal sealed record HubAnswer(HttpResponseMessage Response, Uri At, string? LinkedTag) : IDisposable
{
    public void Dispose() => Response.Dispose();
}

/// <summary>
/// Asks a hub. Redirects are followed by hand: few of them, never from https to http, and the token goes to the endpoint's own host alone.
/// What passes by itself is tried again: <see cref="Retries"/>.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HubSettings _settings;
    private readonly ResiliencePipeline<HubAnswer> _retry;
#pragma warning disable RS0030 // This is the room that may reach the network.
    private readonly HttpClient _http;

    public HubClient(HubSettings settings)
    {
        _settings = settings;
        _http = new HttpClient(HubConnector.Handler(settings.Patience, settings.AllowPrivateAddresses ? _ => true : settings.MayReach, settings.Proxy), disposeHandler: true) { Timeout = settings.Patience };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("stemma", typeof(HubClient).Assembly.GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        _retry = Retries.Pipeline<HubAnswer>(settings.Clock, answer => answer.Response);
    }
#pragma warning restore RS0030

    public HubSettings Settings => _settings;

    /// <summary>An address of the hub's own interface.</summary>
    public Uri Address(string relative) => new(_settings.Endpoint, relative);

    /// <summary>True when an address is the endpoint's own.</summary>
    public bool IsOwn(Uri address) =>
        address.Scheme == _settings.Endpoint.Scheme && address.Port == _settings.Endpoint.Port && string.Equals(address.IdnHost, _settings.Endpoint.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Asks until there is an answer that is not worth another attempt; its status is for the caller to judge.</summary>
    /// <param name="address">Where.</param>
    /// <param name="shown">What a fault calls it.</param>
    /// <param name="dress">Adds headers; called for every hop.</param>
    /// <exception cref="StemmaException">There is no connection, or a redirect is refused.</exception>
    public HubAnswer Send(Uri address, string shown, Action<HttpRequestMessage>? dress = null)
    {
        if (_settings.Offline) throw new StemmaException(FaultCode.HubOffline, shown, null, "HF_HUB_OFFLINE is set, so the network is not used", "models in the cache", "Take HF_HUB_OFFLINE away");
        try
        {
            return _retry.Execute(_ => Follow(address, shown, dress), _settings.Cancel);
        }
        catch (OperationCanceledException stopped) when (stopped.InnerException is not TimeoutException)
        {
            throw;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            throw HubFaults.Unreachable(shown, failure);
        }
    }

    /// <summary>A small text, whole.</summary>
    /// <param name="address">Where.</param>
    /// <param name="shown">What a fault calls it.</param>
    /// <param name="most">Most bytes.</param>
    /// <returns>The bytes, and the address of the next page when there is one.</returns>
    public (byte[] Bytes, Uri? Next) ReadWhole(Uri address, string shown, int most)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = Send(address, shown);
                Expect(answer.Response, shown);
                return (RemoteBody.Read(answer.Response, most, found => HubFaults.Invalid(shown, found, $"at most {most}")), HubPages.Next(answer.Response, answer.At));
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException)
            {
                if (attempt == Retries.MostAttempts) throw HubFaults.Unreachable(shown, failure);
                Pause(attempt);
            }
        }
    }

    /// <summary>Refuses anything but success in plain bytes.</summary>
    public void Expect(HttpResponseMessage response, string shown)
    {
        if (!response.IsSuccessStatusCode) throw HubFaults.Of(response, shown, _settings.Token is not null);
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(one => !one.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding)
            throw HubFaults.Invalid(shown, $"bytes encoded as '{encoding}'", "plain bytes, as asked for");
    }

    /// <summary>Waits before another attempt: longer each time.</summary>
    public void Pause(int attempt)
    {
        var pause = Retries.FirstPause * Math.Pow(2, Math.Min(attempt, 6) - 1);
        Task.Delay(pause < Retries.LongestPause ? pause : Retries.LongestPause, _settings.Clock, _settings.Cancel).GetAwaiter().GetResult();
    }

    public void Dispose() => _http.Dispose();

    private HubAnswer Follow(Uri address, string shown, Action<HttpRequestMessage>? dress)
    {
        string? tag = null;
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            var own = IsOwn(address);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (own && _settings.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            dress?.Invoke(request);
#pragma warning disable RS0030 // This is the room that may reach the network.
            var response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, _settings.Cancel);
#pragma warning restore RS0030
            if (own) tag ??= HubFaults.Header(response, "X-Linked-Etag");
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return new(response, address, tag);
            using (response) address = Target(address, response.Headers.Location, shown);
        }

        throw new StemmaException(FaultCode.HubRedirectRefused, shown, null, $"more than {MostRedirects} redirects", $"at most {MostRedirects}", "Check HF_ENDPOINT");
    }

    private static Uri Target(Uri from, Uri? location, string shown)
    {
        if (location is null || !Uri.TryCreate(from, location, out var target)) throw HubFaults.Invalid(shown, "a redirect that leads nowhere", "an address");
        if (target.UserInfo.Length == 0 && (target.Scheme == "https" || (target.Scheme == "http" && from.Scheme == "http"))) return target;
        throw new StemmaException(
            FaultCode.HubRedirectRefused, shown, null, $"a redirect from {from.Scheme} to {target.Scheme}://{target.IdnHost}", "redirects that stay encrypted and carry no password", "Check HF_ENDPOINT");
    }
}
