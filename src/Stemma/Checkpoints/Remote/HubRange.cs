using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>A stretch of a file that is being read from its start to its end by one thread. A connection that drops is opened again where it broke off.</summary>
internal sealed class HubRange(HubFile file, string shown, long from, long to) : IDisposable
{
    /// <summary>Drops in a row without a byte between them, and drops in all.</summary>
    private const int MostIdleDrops = 5, MostDrops = 1000;

    private HttpResponseMessage? _response;
    private Stream? _body;
    private int _idleDrops, _drops;

    /// <summary>Where reading goes on.</summary>
    public long Position { get; private set; } = from;

    public long End => to;

    /// <summary>Fills the whole destination, which does not reach beyond the end.</summary>
    /// <exception cref="StemmaException">The connection keeps dropping, or the file is no longer the same.</exception>
    public void Read(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            file.Cancel.ThrowIfCancellationRequested();
            var got = ReadSome(destination);
            if (got <= 0) continue;
            _idleDrops = 0;
            Position += got;
            destination = destination[got..];
        }
    }

    public void Dispose()
    {
        _body?.Dispose();
        _response?.Dispose();
        (_body, _response) = (null, null);
    }

    private int ReadSome(Span<byte> destination)
    {
        try
        {
            _response ??= file.Open(shown, Position, to);
            _body ??= _response.Content.ReadAsStream();
            var got = _body.Read(destination);
            if (got > 0) return got;
            Drop("the answer ended early", null);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or ObjectDisposedException)
        {
            Drop(failure.Message, failure);
        }

        return 0;
    }

    private void Drop(string reason, Exception? failure)
    {
        Dispose();
        if (++_idleDrops > MostIdleDrops || ++_drops > MostDrops)
            throw new StemmaException(new Fault(FaultCode.HubUnreachable, shown, Position, $"the connection keeps dropping: {reason}", "", "Check the network and start again"), failure);
        file.Pause(_idleDrops);
    }
}
