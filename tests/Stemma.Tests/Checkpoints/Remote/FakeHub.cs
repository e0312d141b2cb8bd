using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Stemma.Checkpoints.Remote;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>One request as the hub saw it.</summary>
internal sealed record HubRequest(int Port, string Path, string Authorization, string Range, string IfRange);

/// <summary>A hub on this machine that speaks the real one's interface: listing by pages, resolve, and a store for large files on another port. It can misbehave.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567", Repository = "org/model", Token = "hf_secret";

    private readonly WebApplication _app;

    private FakeHub(WebApplication app) => _app = app;

    public SortedDictionary<string, HubBlob> Files { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<HubRequest> Requests { get; } = new();

    public FakeClock Clock { get; } = new();

    /// <summary>Bytes of files that were handed out.</summary>
    public long BytesSent => Interlocked.Read(ref _sent);

    public int FilesPerPage { get; set; } = 1000;

    /// <summary>Answers in the hub's place when it returns true.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = _ => Task.FromResult(false);

    /// <summary>Where the store is said to be; null for the hub's second port.</summary>
    public string? Store { get; set; }

    /// <summary>Items to list besides the files.</summary>
    public Func<IEnumerable<JsonObject>> Extra { get; set; } = () => [];

    private long _sent;
    private int _front, _back;

    public static async Task<FakeHub> Start()
    {
        FakeHub? hub = null;
        var (app, addresses) = await LocalServer.Start(context => hub!.Answer(context), "127.0.0.1", "127.0.0.2");
        hub = new FakeHub(app)
        {
            _front = addresses.Single(address => address.Host == "127.0.0.1").Port,
            _back = addresses.Single(address => address.Host == "127.0.0.2").Port,
        };
        return hub;
    }

    public Uri Endpoint => new($"http://127.0.0.1:{_front}/");

    public int StorePort => _back;

    public HubSettings Settings => new() { Endpoint = Endpoint, Token = Token, AllowPrivateAddresses = true, Clock = Clock, Patience = TimeSpan.FromSeconds(20) };

    public HubAccess Access(Func<HubSettings, HubSettings>? change = null) => new(change is null ? Settings : change(Settings));

    /// <summary>Serves the files of a folder; those of more than 100 kB as large files from the store.</summary>
    /// <param name="folder">On disk.</param>
    /// <param name="under">The repository's folder that they stand in; empty for its own.</param>
    public FakeHub With(string folder, string under = "")
    {
        foreach (var path in Directory.EnumerateFiles(folder)) Files[Path.Combine(under, Path.GetFileName(path))] = HubBlob.Of(File.ReadAllBytes(path));
        return this;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        Requests.Enqueue(new(context.Connection.LocalPort, path + request.QueryString, request.Headers.Authorization.ToString(), request.Headers.Range.ToString(), request.Headers.IfRange.ToString()));
        if (await Instead(context)) return;
        if (path.StartsWith("/store/", StringComparison.Ordinal) && Files.TryGetValue(path["/store/".Length..], out var stored)) await Send(context, stored);
        else if (path.StartsWith($"/api/models/{Repository}/revision/", StringComparison.Ordinal)) await context.Response.WriteAsync($$"""{"id":"{{Repository}}","sha":"{{Commit}}","siblings":[]}""");
        else if (path == $"/api/models/{Repository}/tree/{Commit}") await List(context);
        else if (path.StartsWith($"/{Repository}/resolve/{Commit}/", StringComparison.Ordinal) && Files.TryGetValue(path[$"/{Repository}/resolve/{Commit}/".Length..], out var file)) await Resolve(context, file, path);
        else
        {
            context.Response.StatusCode = 404;
            context.Response.Headers["X-Error-Code"] = path.StartsWith("/api", StringComparison.Ordinal) ? "RepoNotFound" : "EntryNotFound";
        }
    }

    private async Task List(HttpContext context)
    {
        var items = Files.Select(file => file.Value.Describe(file.Key)).Concat(Extra()).Append(new JsonObject { ["type"] = "directory", ["path"] = "onnx", ["size"] = 0, ["oid"] = "1" }).ToList();
        var cursor = int.Parse(context.Request.Query["cursor"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        if (cursor + FilesPerPage < items.Count)
            context.Response.Headers.Link = $"<{Endpoint}api/models/{Repository}/tree/{Commit}?recursive=true&cursor={cursor + FilesPerPage}>; rel=\"next\"";
        await context.Response.WriteAsync(new JsonArray([.. items.Skip(cursor).Take(FilesPerPage)]).ToJsonString());
    }

    private async Task Resolve(HttpContext context, HubBlob file, string path)
    {
        context.Response.Headers["X-Repo-Commit"] = Commit;
        if (!file.Large)
        {
            await Send(context, file);
            return;
        }

        context.Response.Headers["X-Linked-Etag"] = $"\"{file.Sha256}\"";
        context.Response.Headers["X-Linked-Size"] = file.Length.ToString(CultureInfo.InvariantCulture);
        context.Response.Redirect($"{Store ?? $"http://127.0.0.2:{_back}"}/store/{path[$"/{Repository}/resolve/{Commit}/".Length..]}");
    }

    private async Task Send(HttpContext context, HubBlob file)
    {
        var (from, to) = (0L, file.Length);
        context.Response.Headers.ETag = $"\"{file.Tag}\"";
        var bound = context.Request.Headers.IfRange.ToString();
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range && (bound.Length == 0 || bound == $"\"{file.Tag}\""))
        {
            var ends = range["bytes=".Length..].Split('-');
            (from, to) = (long.Parse(ends[0], CultureInfo.InvariantCulture), Math.Min(file.Length, long.Parse(ends[1], CultureInfo.InvariantCulture) + 1));
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to - 1}/{file.Length}";
        }

        context.Response.ContentLength = to - from;
        var piece = new byte[1 << 16];
        for (var at = from; at < to; at += piece.Length)
        {
            var now = piece.AsMemory(0, (int)Math.Min(piece.Length, to - at));
            file.Read(at, now.Span);
            await context.Response.Body.WriteAsync(now);
            Interlocked.Add(ref _sent, now.Length);
        }
    }
}

/// <summary>A file that the hub serves: bytes in memory, or bytes that are made when they are asked for.</summary>
internal sealed record HubBlob(long Length, HubBytes Read, string Sha256, bool Large)
{
    public string Tag { get; init; } = Sha256;

    public static HubBlob Of(byte[] bytes) => new(bytes.Length, (at, into) => bytes.AsSpan((int)at, into.Length).CopyTo(into), Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length > 100_000);

    public JsonObject Describe(string name)
    {
        var item = new JsonObject { ["type"] = "file", ["oid"] = Sha256[..40], ["size"] = Length, ["path"] = name };
        if (Large) item["lfs"] = new JsonObject { ["oid"] = Sha256, ["size"] = Length, ["pointerSize"] = 134 };
        return item;
    }
}

internal delegate void HubBytes(long at, Span<byte> into);

/// <summary>A clock whose pauses are over at once and remembered.</summary>
internal sealed class FakeClock : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return System.CreateTimer(callback, state, dueTime, period);
        Pauses.Enqueue(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
