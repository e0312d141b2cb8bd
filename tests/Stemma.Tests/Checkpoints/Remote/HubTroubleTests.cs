using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Stemma.Fingerprints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>What passes is waited out, what does not is a fault with a name; nothing is ever mixed or silently left out.</summary>
public sealed class HubTroubleTests
{
    private const string Model = "hub:org/model";

    [Fact]
    public async Task A_busy_hub_is_asked_again_when_it_says()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = Once(context => context.Request.Path.Value!.Contains("/tree/", StringComparison.Ordinal), context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "17";
        });
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Read(hub).Digest);
        Assert.Contains(TimeSpan.FromSeconds(17), hub.Clock.Pauses);
    }

    [Theory]
    [InlineData(429, FaultCode.HubBusy, 6)]
    [InlineData(503, FaultCode.HubBusy, 6)]
    [InlineData(401, FaultCode.HubDenied, 1)]
    [InlineData(403, FaultCode.HubDenied, 1)]
    [InlineData(404, FaultCode.HubNotFound, 1)]
    [InlineData(418, FaultCode.HubAnswerInvalid, 1)]
    public async Task A_refusal_has_its_own_fault(int status, FaultCode code, int attempts)
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        Assert.Equal(code, Fault(hub).Code);
        Assert.Equal(attempts, hub.Requests.Count);
    }

    [Fact]
    public async Task Asked_to_wait_for_hours_it_gives_up_at_once()
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (429, "36000");
            return Task.FromResult(true);
        };
        Assert.Equal(FaultCode.HubBusy, Fault(hub).Code);
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task A_dropped_connection_goes_on_where_it_broke_off()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        var weights = hub.Files["model.safetensors"];
        var dropped = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        hub.Instead = async context =>
        {
            var range = context.Request.Headers.Range.ToString();
            if (context.Connection.LocalPort != hub.StorePort || !range.StartsWith("bytes=", StringComparison.Ordinal) || context.Request.Headers.IfRange.Count == 0 || dropped.Count > 20 || !dropped.TryAdd(range.Split('-')[0], true)) return false;
            // Half of what was asked for, then silence.
            var ends = range["bytes=".Length..].Split('-').Select(long.Parse).ToArray();
            var half = new byte[Math.Min(50_000, (ends[1] - ends[0] + 1) / 2)];
            weights.Read(ends[0], half);
            context.Response.StatusCode = 206;
            context.Response.Headers.ETag = $"\"{weights.Tag}\"";
            context.Response.Headers.ContentRange = $"bytes {ends[0]}-{ends[1]}/{weights.Length}";
            context.Response.ContentLength = ends[1] - ends[0] + 1;
            await context.Response.Body.WriteAsync(half);
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Read(hub).Digest);
        Assert.True(dropped.Count > 2);
        Assert.InRange(hub.BytesSent, 0, weights.Length + 700_000);
        Assert.Contains(hub.Requests, request => request.IfRange == $"\"{weights.Tag}\"");
    }

    [Fact]
    public async Task A_connection_that_only_drops_is_a_fault()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = context =>
        {
            if (context.Connection.LocalPort != hub.StorePort) return Task.FromResult(false);
            context.Abort();
            return Task.FromResult(true);
        };
        Assert.Equal(FaultCode.HubUnreachable, Fault(hub).Code);
    }

    [Theory]
    [InlineData("bytes 0-9/{0}")]
    [InlineData("bytes {1}-{2}/{0}")]
    [InlineData("")]
    public async Task A_part_that_was_not_asked_for_is_refused(string part)
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        var length = hub.Files["model.safetensors"].Length;
        hub.Instead = OnStore(hub, context =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = string.Format(System.Globalization.CultureInfo.InvariantCulture, part, length, 1, 262144);
        });
        Assert.Equal(FaultCode.HubAnswerInvalid, Fault(hub).Code);
    }

    [Fact]
    public async Task Bytes_that_came_encoded_are_refused()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = OnStore(hub, context => context.Response.Headers.ContentEncoding = "gzip");
        Assert.Equal(FaultCode.HubAnswerInvalid, Fault(hub).Code);
    }

    [Fact]
    public async Task A_server_without_ranges_is_named()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = context =>
        {
            context.Request.Headers.Remove("Range");
            return Task.FromResult(false);
        };
        Assert.Equal(FaultCode.HubWithoutRanges, Fault(hub).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changes_while_it_is_read_is_a_fault(bool longer)
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        var old = hub.Files["model.safetensors"];
        var ranges = 0;
        hub.Instead = context =>
        {
            if (context.Connection.LocalPort == hub.StorePort && Interlocked.Increment(ref ranges) == 3)
                hub.Files["model.safetensors"] = old with { Tag = "another", Length = old.Length + (longer ? 1 : 0) };
            return Task.FromResult(false);
        };
        Assert.Equal(FaultCode.HubFileChanged, Fault(hub).Code);
    }

    [Fact]
    public async Task A_digest_that_is_not_the_listed_one_is_a_fault()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = context =>
        {
            if (!context.Request.Path.Value!.EndsWith("resolve/" + FakeHub.Commit + "/model.safetensors", StringComparison.Ordinal)) return Task.FromResult(false);
            context.Response.Headers["X-Linked-Etag"] = "\"" + new string('0', 64) + "\"";
            context.Response.Redirect($"http://127.0.0.2:{hub.StorePort}/store/model.safetensors");
            return Task.FromResult(true);
        };
        Assert.Equal(FaultCode.HubFileChanged, Fault(hub).Code);
    }

    [Fact]
    public async Task An_address_of_the_store_that_expired_is_asked_for_anew()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Instead = Once(context => context.Connection.LocalPort == hub.StorePort && context.Request.Headers.IfRange.Count > 0, context => context.Response.StatusCode = 403);
        Assert.Equal(Engine.Fingerprint(CliRun.Parent).Digest, Read(hub).Digest);
    }

    [Theory]
    [InlineData("../evil.safetensors")]
    [InlineData("a/../../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\..\\b")]
    [InlineData("line\nbreak")]
    public async Task A_listed_name_that_could_climb_is_refused(string name)
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Extra = () => [new JsonObject { ["type"] = "file", ["size"] = 1, ["oid"] = "1", ["path"] = name }];
        Assert.Equal(FaultCode.UnsafeName, Fault(hub).Code);
    }

    [Theory]
    [InlineData("""[{"type":"file","path":"a","size":-1}]""")]
    [InlineData("""[{"type":"file","path":"a","size":1e400}]""")]
    [InlineData("""[{"type":"file","path":"a"}]""")]
    [InlineData("""[{"type":"file","path":"a","size":1},{"type":"file","path":"a","size":1}]""")]
    [InlineData("""[{"type":"file","path":"a","size":1,"lfs":{"oid":"../../x","size":1}}]""")]
    [InlineData("""[{"type":"file","path":"a","size":1,"lfs":{"size":2}}]""")]
    [InlineData("""{"error":"no"}""")]
    [InlineData("<html>")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task A_listing_that_lies_is_refused(string listing)
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/tree/", StringComparison.Ordinal)) return false;
            await context.Response.WriteAsync(listing);
            return true;
        };
        Assert.Equal(FaultCode.HubAnswerInvalid, Fault(hub).Code);
    }

    [Fact]
    public async Task A_listing_without_an_end_is_refused()
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/tree/", StringComparison.Ordinal)) return false;
            context.Response.Headers.Link = $"<{hub.Endpoint}api/models/{FakeHub.Repository}/tree/{FakeHub.Commit}?again>; rel=\"next\"";
            await context.Response.WriteAsync("[]");
            return true;
        };
        Assert.Equal(FaultCode.HubAnswerInvalid, Fault(hub).Code);
    }

    [Fact]
    public async Task A_listing_that_goes_on_elsewhere_does_not_get_the_token()
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/tree/", StringComparison.Ordinal)) return false;
            context.Response.Headers.Link = $"<http://127.0.0.2:{hub.StorePort}/tree/>; rel=\"next\"";
            await context.Response.WriteAsync("[]");
            return true;
        };
        Assert.Equal(FaultCode.HubAnswerInvalid, Fault(hub).Code);
        Assert.DoesNotContain(hub.Requests, request => request.Port == hub.StorePort);
    }

    [Fact]
    public async Task Redirects_in_a_circle_are_cut()
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = context =>
        {
            context.Response.Redirect(hub.Endpoint + "again");
            return Task.FromResult(true);
        };
        Assert.Equal(FaultCode.HubRedirectRefused, Fault(hub).Code);
        Assert.Equal(6, hub.Requests.Count);
    }

    [Theory]
    [InlineData("ftp://example.org/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:secret@127.0.0.1/x")]
    public async Task Redirects_to_what_is_no_plain_address_are_refused(string target)
    {
        await using var hub = await FakeHub.Start();
        hub.Instead = context =>
        {
            context.Response.Redirect(target);
            return Task.FromResult(true);
        };
        Assert.Equal(FaultCode.HubRedirectRefused, Fault(hub).Code);
    }

    [Fact]
    public async Task A_private_address_is_not_asked_without_leave()
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        using var access = hub.Access(settings => settings with { AllowPrivateAddresses = false });
        Assert.Equal(FaultCode.PrivateAddressRefused, Assert.Throws<StemmaException>(() => Engine.Check(Model, access)).Fault.Code);
        Assert.Empty(hub.Requests);
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.2]")]
    public async Task A_redirect_to_a_private_address_is_refused(string host)
    {
        await using var hub = (await FakeHub.Start()).With(CliRun.Parent);
        hub.Store = $"http://{host}:{hub.StorePort}";
        using var access = hub.Access(settings => settings with { AllowPrivateAddresses = false, MayReach = address => address.Equals(IPAddress.Parse("127.0.0.1")) && host != "localhost" || address.Equals(IPAddress.Loopback) && host == "localhost" && hub.Requests.Count < 3 });
        Assert.Equal(FaultCode.PrivateAddressRefused, Assert.Throws<StemmaException>(() => Engine.Check(Model, access)).Fault.Code);
        Assert.DoesNotContain(hub.Requests, request => request.Port == hub.StorePort);
    }

    private static Fault Fault(FakeHub hub) => Assert.Throws<StemmaException>(() => Read(hub)).Fault;

    private static Fingerprint Read(FakeHub hub)
    {
        using var access = hub.Access();
        return Engine.Fingerprint(Model, new() { Hub = access });
    }

    private static Func<HttpContext, Task<bool>> OnStore(FakeHub hub, Action<HttpContext> answer) => context =>
    {
        if (context.Connection.LocalPort != hub.StorePort) return Task.FromResult(false);
        answer(context);
        return Task.FromResult(true);
    };

    private static Func<HttpContext, Task<bool>> Once(Func<HttpContext, bool> when, Action<HttpContext> answer)
    {
        var done = 0;
        return context =>
        {
            if (!when(context) || Interlocked.Exchange(ref done, 1) == 1) return Task.FromResult(false);
            answer(context);
            return Task.FromResult(true);
        };
    }
}
