using System.Net;
using System.Net.Http.Headers;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>What is known of a file's state from its first answer; every later one is held against it, so that two states are never mixed.</summary>
internal sealed class HubFileState(HubEntry entry)
{
    private readonly Lock _gate = new();
    private (string Host, EntityTagHeaderValue Tag)? _seen;

    /// <summary>Asks for the range of this very state: a server that has another one then sends everything, which is noticed.</summary>
    public void Bind(HttpRequestMessage request)
    {
        lock (_gate)
        {
            if (_seen is { Tag.IsWeak: false } seen && seen.Host == request.RequestUri?.Authority) request.Headers.IfRange = new(seen.Tag);
        }
    }

    /// <summary>Refuses what is not the bytes [from, to) of the file that was listed and of which the first bytes came.</summary>
    public void Check(HubClient client, HubAnswer answer, string shown, long from, long to)
    {
        var response = answer.Response;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) throw HubFaults.Changed(shown, from, "the file is shorter than the hub's listing says");
        client.Expect(response, shown);
        if (entry.Sha256 is { } digest && answer.LinkedTag is { } linked && !Same(linked, digest)) throw HubFaults.Changed(shown, from, $"the digest {linked} where the listing says {digest}");
        CheckTag(response, answer.At.Authority, shown, from);
        var length = response.Content.Headers.ContentLength;
        if (response.StatusCode == HttpStatusCode.PartialContent) CheckPart(response, shown, from, to);
        else if (length is { } whole && whole != entry.Size) throw HubFaults.Changed(shown, from, $"a file of {whole} bytes where the listing says {entry.Size}");
        else if (from > 0) throw new StemmaException(FaultCode.HubWithoutRanges, shown, from, "the server sends the whole file where a part was asked for", "a server that answers range requests", "Download the model first");
    }

    private void CheckPart(HttpResponseMessage response, string shown, long from, long to)
    {
        if (response.Content.Headers.ContentRange is not { Unit: "bytes", From: { } first, To: { } last } range || first != from || last != to - 1)
            throw HubFaults.Invalid(shown, $"the part '{response.Content.Headers.ContentRange}'", $"bytes {from}-{to - 1}");
        if (range.Length is { } total && total != entry.Size) throw HubFaults.Changed(shown, from, $"a file of {total} bytes where the listing says {entry.Size}");
        if (response.Content.Headers.ContentLength is { } length && length != to - from) throw HubFaults.Invalid(shown, $"a part of {length} bytes", $"{to - from} bytes");
    }

    private void CheckTag(HttpResponseMessage response, string host, string shown, long from)
    {
        if (response.Headers.ETag is not { } tag) return;
        lock (_gate)
        {
            // Another host of the hub's store may name the same state differently.
            if (_seen is not { } seen || seen.Host != host) _seen = (host, tag);
            else if (!seen.Tag.Equals(tag)) throw HubFaults.Changed(shown, from, $"the state {tag} where the first part was of {seen.Tag}");
        }
    }

    private static bool Same(string tag, string digest) => tag.Replace("W/", "", StringComparison.Ordinal).Trim('"').Equals(digest, StringComparison.OrdinalIgnoreCase);
}
