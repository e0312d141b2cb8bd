using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stemma.Tests.Support;

/// <summary>A proxy on this machine for plain http, one request a connection. Every name means this machine to it, as a company's proxy knows names that nobody else does.</summary>
internal sealed class LocalProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LocalProxy()
    {
        _listener.Start();
        _ = Task.Run(Accept);
    }

    /// <summary>The first line of every request that was passed on.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Name and password that must come along, with a colon between them; null for none.</summary>
    public string? Login { get; init; }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose() => _listener.Stop();

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = Task.Run(() => Serve(client));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1) head.Append((char)one[0]);
            if (head.Length == 0) return;
            var lines = head.ToString().TrimEnd().Split("\r\n");
            var words = lines[0].Split(' ');
            if (Login is not null && !lines.Contains($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Login))}"))
            {
                await stream.WriteAsync("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"company\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }

            Requests.Enqueue(lines[0]);
            var target = new Uri(words[1]);
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, target.Port);
            var asked = server.GetStream();
            var kept = lines.Skip(1).Where(line => !line.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
            await asked.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", [$"{words[0]} {target.PathAndQuery} {words[2]}", .. kept, "Connection: close", "", ""])));
            await asked.CopyToAsync(stream);
        }
    }
}
