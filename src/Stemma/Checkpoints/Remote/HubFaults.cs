using System.Net;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>Words for what a hub answers when it does not give what was asked for.</summary>
internal static class HubFaults
{
    private const int LongestWord = 200;

    /// <summary>The fault of an answer that is no success.</summary>
    /// <param name="response">Its status and headers; text of a stranger.</param>
    /// <param name="shown">What was asked for.</param>
    /// <param name="hasToken">A token was sent.</param>
    public static StemmaException Of(HttpResponseMessage response, string shown, bool hasToken)
    {
        var status = (int)response.StatusCode;
        var said = Header(response, "X-Error-Message") is { } message ? $": {message}" : "";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
                FaultCode.HubDenied, shown, null, $"the hub refuses access ({status}){said}", "a model that you may read",
                hasToken ? "Accept the model's conditions on its page, or use another token" : "Check the name; if the model is private or gated, set HF_TOKEN"),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new(
                FaultCode.HubNotFound, shown, null, Header(response, "X-Error-Code") switch
                {
                    "RevisionNotFound" => "the model has no such revision",
                    "EntryNotFound" => "the model has no such file",
                    _ => $"the hub has no such model{said}",
                },
                "", "Check the name and the revision"),
            HttpStatusCode.TooManyRequests => new(FaultCode.HubBusy, shown, null, "the hub asks for fewer requests (429), and still did after several attempts", "", "Try again later; with a token the hub allows more"),
            >= HttpStatusCode.InternalServerError => new(FaultCode.HubBusy, shown, null, $"the hub has a trouble of its own ({status}), and still had after several attempts", "", "Try again later"),
            _ => Invalid(shown, $"the status {status}", "an answer as the hub's interface promises"),
        };
    }

    /// <summary>The hub, or somebody who answers in its place, does not keep to the interface.</summary>
    public static StemmaException Invalid(string shown, string found, string allowed) =>
        new(FaultCode.HubAnswerInvalid, shown, null, found, allowed, "Check HF_ENDPOINT; if it is right, report this to the hub");

    public static StemmaException Changed(string shown, long offset, string found) =>
        new(FaultCode.HubFileChanged, shown, offset, found, "a file that stays the same while it is read", "Start again");

    /// <summary>A failure below HTTP.</summary>
    public static StemmaException Unreachable(string shown, Exception failure)
    {
        // What the connector refused comes wrapped.
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is StemmaException { Fault: var fault }) return new StemmaException(fault with { File = fault.File.Length == 0 ? shown : fault.File }, failure);
        return new(new Fault(FaultCode.HubUnreachable, shown, null, $"no connection: {failure.Message}", "", "Check the network, HF_ENDPOINT and HTTPS_PROXY; HF_HUB_OFFLINE=1 reads what is in the cache"), failure);
    }

    /// <summary>A header as short text; null when it is not there. Escaped by whoever shows it.</summary>
    public static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } value ? value[..Math.Min(value.Length, LongestWord)] : null;
}
