using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Stemma.Tests.Support;

/// <summary>A browser without a window and without a network, driven over its DevTools protocol. Every request that a page makes is remembered.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TempFolder _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _end = new(Longest);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private int _last;

    private Chromium(Process process, TempFolder profile) => (_process, _profile) = (process, profile);

    /// <summary>Addresses that the page asked for, its own first.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Those of them that the page's own policy forbade, so that they never left.</summary>
    public List<string> Forbidden { get; } = [];

    /// <summary>Starts the browser, or skips the test.</summary>
    public static async Task<Chromium> Start()
    {
        var program = OnPath(Names);
        Assert.SkipWhen(program is null, "There is no chromium here (Debian: apt-get install chromium).");
        var profile = new TempFolder();
        var process = Process.Start(new ProcessStartInfo(program!,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
            // The network is cut: no name resolves, and the proxy is a port where nobody listens.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--remote-debugging-port=0", $"--user-data-dir={profile.Root}", "about:blank",
        ])
        { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var browser = new Chromium(process, profile);
        await browser.Connect();
        return browser;
    }

    /// <summary>The first of some programs that stands on the path; null when none does.</summary>
    public static string? OnPath(params string[] names) =>
        (from name in names from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator) select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Opens a file and waits until it and everything that it asks for has been loaded or has failed.</summary>
    public async Task Open(string file)
    {
        await Send("Network.enable");
        await Send("Page.enable");
        await Send("Page.navigate", new() { ["url"] = new Uri(file).AbsoluteUri });
        while (!_seen.Contains("Page.loadEventFired")) await Receive();
    }

    /// <summary>What an expression gives, as a string.</summary>
    public async Task<string> Evaluate(string expression) =>
        (string)(await Send("Runtime.evaluate", new() { ["expression"] = $"String({expression})" }))["result"]!["value"]!;

    /// <summary>The page as it would be printed, on the paper that it asks for.</summary>
    public async Task<byte[]> Print() =>
        Convert.FromBase64String((string)(await Send("Page.printToPDF", new() { ["preferCSSPageSize"] = true, ["printBackground"] = false }))["data"]!);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _end.Dispose();
        _profile.Dispose();
    }

    private async Task Connect()
    {
        var place = _profile["DevToolsActivePort"];
        while (!File.Exists(place) || (await File.ReadAllLinesAsync(place, _end.Token)).Length < 2) await Task.Delay(20, _end.Token);
        var port = (await File.ReadAllLinesAsync(place, _end.Token))[0];
        using var http = new HttpClient();
        var answer = await http.PutAsync(new Uri($"http://127.0.0.1:{port}/json/new?about:blank"), null, _end.Token);
        var page = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_end.Token))!;
        await _socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), _end.Token);
    }

    private async Task<JsonNode> Send(string method, JsonObject? parameters = null)
    {
        var id = ++_last;
        var text = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] }.ToJsonString();
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _end.Token);
        while (true)
        {
            var message = await Receive();
            if ((int?)message["id"] != id) continue;
            Assert.True(message["error"] is null, $"{method}: {message["error"]}");
            return message["result"]!;
        }
    }

    private async Task<JsonNode> Receive()
    {
        var (whole, buffer) = (new MemoryStream(), new byte[1 << 16]);
        WebSocketReceiveResult piece;
        do
        {
            piece = await _socket.ReceiveAsync(buffer, _end.Token);
            whole.Write(buffer, 0, piece.Count);
        }
        while (!piece.EndOfMessage);
        var message = JsonNode.Parse(whole.ToArray())!;
        if ((string?)message["method"] is { } happened)
        {
            _seen.Add(happened);
            var what = message["params"]!;
            if (happened == "Network.requestWillBeSent") Requests.Add(_addresses[(string)what["requestId"]!] = (string)what["request"]!["url"]!);
            if (happened == "Network.loadingFailed" && (string?)what["blockedReason"] == "csp") Forbidden.Add(_addresses[(string)what["requestId"]!]);
        }

        return message;
    }
}
