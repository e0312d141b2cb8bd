using System.Net;
using Stemma.Foundation;

namespace Stemma.Checkpoints.Remote;

/// <summary>
/// A file on a hub, read by ranges and never stored. Announced stretches are one request each and stream from then on; everything else (headers, directories)
/// comes in blocks, of which the last few are kept.
/// </summary>
internal sealed class HubFile(HubClient client, HubEntry entry, Uri address) : IByteSource
{
    private const int Block = 1 << 18, MostBlocks = 16, MostRanges = 48, HubReaders = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<HubRange> _ranges = new();
    private readonly LinkedList<(long At, byte[] Bytes)> _blocks = new();
    private readonly Dictionary<long, long> _expected = [];
    private readonly HubFileState _state = new(entry);
    private Uri? _store;

    public long Length => entry.Size;

    public string State => entry.Tag;

    public int Readers => HubReaders;

    public nint Map() => 0;

    public void Expect(long offset, long length)
    {
        if (length <= 0) return;
        lock (_gate) _expected[offset] = offset + length;
    }

    public void Read(string shown, long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var range = Take(shown, offset, destination.Length);
            var now = range is null ? ReadBlock(shown, offset, destination) : (int)Math.Min(destination.Length, range.End - offset);
            if (range is not null) ReadRange(range, destination[..now]);
            offset += now;
            destination = destination[now..];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var range in _ranges) range.Dispose();
            _ranges.Clear();
            _blocks.Clear();
        }
    }

    /// <summary>Asks for [from, to) and checks that the answer is just that, of the same file as before.</summary>
    internal HttpResponseMessage Open(string shown, long from, long to)
    {
        if (to > Length) throw new StemmaException(FaultCode.ReadFailed, shown, from, $"the file ends at {Length}; bytes up to {to} were expected", "");
        for (var again = false; ; again = true)
        {
            var store = Volatile.Read(ref _store);
            var answer = client.Send(store ?? address, shown, request =>
            {
                request.Headers.Range = new(from, to - 1);
                _state.Bind(request);
            });
            if (store is not null && !again && answer.Response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                // Addresses in the hub's store are signed and expire; the hub gives a new one.
                answer.Dispose();
                Volatile.Write(ref _store, null);
                continue;
            }

            try
            {
                _state.Check(client, answer, shown, from, to);
                if (!client.IsOwn(answer.At)) Volatile.Write(ref _store, answer.At);
                return answer.Response;
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }
    }

    internal void Pause(int attempt) => client.Pause(attempt);

    internal CancellationToken Cancel => client.Settings.Cancel;

    /// <summary>A range that stands where reading goes on, or a new one for an announced or a long stretch; null where a block serves better.</summary>
    private HubRange? Take(string shown, long offset, int length)
    {
        lock (_gate)
        {
            for (var node = _ranges.First; node is not null; node = node.Next)
            {
                if (node.Value.Position != offset) continue;
                _ranges.Remove(node);
                return node.Value;
            }

            if (_expected.Remove(offset, out var end)) return new HubRange(this, shown, offset, Math.Max(end, offset + length));
            return length >= Block ? new HubRange(this, shown, offset, offset + length) : null;
        }
    }

    private void ReadRange(HubRange range, Span<byte> destination)
    {
        try
        {
            range.Read(destination);
        }
        catch
        {
            range.Dispose();
            throw;
        }

        if (range.Position == range.End)
        {
            range.Dispose();
            return;
        }

        HubRange? oldest = null;
        lock (_gate)
        {
            _ranges.AddLast(range);
            if (_ranges.Count > MostRanges)
            {
                oldest = _ranges.First!.Value;
                _ranges.RemoveFirst();
            }
        }

        oldest?.Dispose();
    }

    private int ReadBlock(string shown, long offset, Span<byte> destination)
    {
        var at = offset / Block * Block;
        byte[]? bytes = null;
        lock (_gate)
        {
            for (var node = _blocks.First; node is not null; node = node.Next)
                if (node.Value.At == at) bytes = node.Value.Bytes;
        }

        if (bytes is null)
        {
            bytes = new byte[(int)Math.Min(Block, Math.Max(0, Length - at))];
            if (offset - at >= bytes.Length) throw new StemmaException(FaultCode.ReadFailed, shown, offset, "the file ends here", "");
            using (var range = new HubRange(this, shown, at, at + bytes.Length)) range.Read(bytes);
            lock (_gate)
            {
                _blocks.AddLast((at, bytes));
                if (_blocks.Count > MostBlocks) _blocks.RemoveFirst();
            }
        }

        var now = (int)Math.Min(destination.Length, bytes.Length - (offset - at));
        bytes.AsSpan((int)(offset - at), now).CopyTo(destination);
        return now;
    }
}
