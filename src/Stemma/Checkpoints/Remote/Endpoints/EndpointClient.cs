using System.Net.Http.Headers;
using Polly;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote.Endpoints;

/// <summary>
/// Sends JSON to an endpoint and brings back what it answers. No redirect is followed, so that question and key reach nobody but the host that was named; a busy server is
/// asked again (<see cref="Retries"/>), a silent one is not.
/// </summary>
public sealed class EndpointClient : IDisposable
{
    private const int MostBytes = 16 << 20;

    private readonly EndpointSettings _settings;
    private readonly string? _key;
    private readonly ResiliencePipeline<Answer> _retry;
#pragma warning disable RS0030 // This is the room that may reach the network.
    private readonly HttpClient _http;

    /// <param name="address">Whom to ask.</param>
    /// <param name="settings">How.</param>
    /// <exception cref="StemmaException">The key cannot be sent there.</exception>
    public EndpointClient(EndpointAddress address, EndpointSettings settings)
    {
        (Address, _settings, _key) = (address, settings, settings.KeyFor(address));
        _http = new HttpClient(HubConnector.Handler(settings.Patience, resolved => settings.MayReach(address, resolved), ProxySettings.Of(settings.Variable)), disposeHandler: true) { Timeout = settings.Patience };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("stemma", typeof(EndpointClient).Assembly.GetName().Version?.ToString(3)));
        _retry = Retries.Pipeline<Answer>(settings.Clock, answer => answer.Response, afterSilence: false);
    }
#pragma warning restore RS0030

    /// <summary>Whom it asks.</summary>
    public EndpointAddress Address { get; }

    /// <summary>One question and its answer.</summary>
    /// <param name="function">Behind the address's root, for example <c>chat/completions</c>.</param>
    /// <param name="json">The question; null asks for what stands there.</param>
    /// <exception cref="StemmaException">Codes 1522 to 1528, or <see cref="FaultCode.PrivateAddressRefused"/>.</exception>
    public byte[] Send(string function, byte[]? json)
    {
        var place = new Uri(Address.Root, function);
        try
        {
            using var answer = _retry.Execute(_ => Once(place, json), _settings.Cancel);
            return answer.Response.IsSuccessStatusCode ? answer.Body : throw EndpointFaults.Of(answer.Response, answer.Body, Address, _key);
        }
        catch (OperationCanceledException stopped) when (stopped.InnerException is not TimeoutException)
        {
            throw;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            throw EndpointFaults.Unreachable(Address, failure, _settings.Patience);
        }
    }

    public void Dispose() => _http.Dispose();

    private Answer Once(Uri place, byte[]? json)
    {
        using var request = new HttpRequestMessage(json is null ? HttpMethod.Get : HttpMethod.Post, place);
        if (_key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        if (json is not null) request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
#pragma warning disable RS0030 // This is the room that may reach the network.
        var response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, _settings.Cancel);
#pragma warning restore RS0030
        return new(response, RemoteBody.Read(response, MostBytes, found => EndpointFaults.Invalid(Address, found, $"at most {MostBytes}")));
    }

    private sealed record Answer(HttpResponseMessage Response, byte[] Body) : IDisposable
    {
        public void Dispose() => Response.Dispose();
    }
}
