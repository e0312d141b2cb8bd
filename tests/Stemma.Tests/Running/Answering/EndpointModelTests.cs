using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Stemma.Checkpoints.Remote.Endpoints;
using Stemma.Foundation;
using Stemma.Running.Answering;

namespace Stemma.Tests.Running.Answering;

/// <summary>A server in this process is asked as strangers' servers will be, and misbehaves as they do.</summary>
public sealed class EndpointModelTests
{
    private static readonly TextRequest Hello = new("Hello?") { Conversation = true, Samples = 3, Temperature = 1, Seed = 7 };

    [Fact]
    public async Task A_question_is_put_as_the_interface_has_it()
    {
        await using var server = await FakeEndpoint.Start();
        server.Says = (text, at) => $"{text} {at}";
        using var model = server.Open();
        Assert.Equal(["Hello? 0", "Hello? 1", "Hello? 2"], model.Answer(Hello, default));
        var asked = server.Requests.Last();
        Assert.Equal(("/v1/chat/completions", "Bearer " + FakeEndpoint.Key, "own-model", 3, 64, "user"), (
            asked.Path, asked.Authorization, (string?)asked.Body!["model"], (int?)asked.Body["n"], (int?)asked.Body["max_tokens"], (string?)asked.Body["messages"]![0]!["role"]));
        Assert.Equal(["Once 0"], model.Answer(new("Once"), default));
        Assert.Equal("/v1/completions", server.Requests.Last().Path);
    }

    [Fact]
    public async Task The_same_seed_is_sent_for_the_same_question()
    {
        await using var server = await FakeEndpoint.Start();
        using (var one = server.Open()) one.Answer(Hello, default);
        using (var other = server.Open()) other.Answer(Hello, default);
        using (var third = server.Open()) third.Answer(Hello with { Seed = 8 }, default);
        var seeds = server.Requests.Where(request => request.Body is not null).Select(request => (long)request.Body!["seed"]!).ToList();
        Assert.Equal(seeds[0], seeds[1]);
        Assert.NotEqual(seeds[0], seeds[2]);
        Assert.All(seeds, seed => Assert.InRange(seed, 0, int.MaxValue));
    }

    [Fact]
    public async Task A_server_that_gives_one_answer_at_a_time_is_asked_again()
    {
        await using var server = await FakeEndpoint.Start();
        server.MostChoices = 1;
        using var model = server.Open("#named");
        Assert.Equal(3, model.Answer(Hello, default).Count);
        Assert.Equal([3, null, null], server.Requests.Select(request => (int?)request.Body!["n"]));
        Assert.Equal(3, server.Requests.Select(request => (long)request.Body!["seed"]!).Distinct().Count());
        Assert.All(server.Requests, request => Assert.Equal("named", (string?)request.Body!["model"]));
    }

    [Fact]
    public async Task A_server_that_refuses_several_answers_is_asked_for_one()
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = context => Task.FromResult(server.Requests.Last().Body?["n"] is not null && (context.Response.StatusCode = 400) > 0);
        using var model = server.Open();
        Assert.Equal(3, model.Answer(Hello, default).Count);
    }

    [Fact]
    public async Task Of_several_models_one_has_to_be_named()
    {
        await using var server = await FakeEndpoint.Start();
        server.Models = ["first", "second"];
        using var model = server.Open();
        var fault = Fault(model);
        Assert.Equal(FaultCode.EndpointNotFound, fault.Code);
        Assert.Contains("first, second", fault.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, FaultCode.EndpointDenied, 1)]
    [InlineData(403, FaultCode.EndpointDenied, 1)]
    [InlineData(404, FaultCode.EndpointNotFound, 1)]
    [InlineData(400, FaultCode.EndpointRefused, 1)]
    [InlineData(429, FaultCode.EndpointBusy, 6)]
    [InlineData(503, FaultCode.EndpointBusy, 6)]
    [InlineData(302, FaultCode.EndpointAnswerInvalid, 1)]
    [InlineData(418, FaultCode.EndpointAnswerInvalid, 1)]
    public async Task A_refusal_has_its_own_fault_and_never_the_key(int status, FaultCode code, int attempts)
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = async context =>
        {
            context.Response.StatusCode = status;
            if (status == 302) context.Response.Headers.Location = server.Address + "elsewhere";
            await context.Response.WriteAsync($$$"""{"error":{"message":"Incorrect API key provided: {{{FakeEndpoint.Key}}}"}}""");
            return true;
        };
        using var model = server.Open("#m");
        var fault = Fault(model, Hello with { Samples = 1 });
        Assert.Equal(code, fault.Code);
        Assert.DoesNotContain(FakeEndpoint.Key, fault.ToString(), StringComparison.Ordinal);
        Assert.Equal(attempts, server.Requests.Count);
        Assert.DoesNotContain(server.Requests, request => request.Path == "/elsewhere");
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_when_it_says()
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = context =>
        {
            if (server.Requests.Count > 1) return Task.FromResult(false);
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (429, "7");
            return Task.FromResult(true);
        };
        using var model = server.Open("#m");
        Assert.Equal(3, model.Answer(Hello, default).Count);
        Assert.Contains(TimeSpan.FromSeconds(7), server.Clock.Pauses);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"choices":3}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":[{"message":"no object"}]}""")]
    [InlineData("""{"choices":[null]}""")]
    [InlineData("""{"choices":[{"message":{"content":"\ud800"}}]}""")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]""")]
    public async Task An_answer_of_another_form_is_refused(string body)
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = async context =>
        {
            await context.Response.WriteAsync(body);
            return true;
        };
        using var model = server.Open("#m");
        Assert.Equal(FaultCode.EndpointAnswerInvalid, Fault(model).Code);
    }

    [Fact]
    public async Task A_model_that_says_nothing_has_given_an_empty_answer()
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = async context =>
        {
            await context.Response.WriteAsync("""{"choices":[{"message":{"role":"assistant","content":null}}]}""");
            return true;
        };
        using var model = server.Open("#m");
        Assert.Equal([""], model.Answer(Hello with { Samples = 1 }, default));
    }

    [Fact]
    public async Task A_server_that_wants_the_newer_name_of_the_length_gets_it()
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = async context =>
        {
            if (server.Requests.Last().Body?["max_tokens"] is null) return false;
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("""{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens"}}""");
            return true;
        };
        using var model = server.Open("#m");
        Assert.Equal(["I am a model.", "I am a model."], model.Answer(Hello with { Samples = 2 }, default));
        Assert.Equal(["I am a model."], model.Answer(Hello with { Samples = 1 }, default));
        Assert.Equal([false, true, true], server.Requests.Select(request => request.Body!["max_completion_tokens"] is not null));
        Assert.Equal([2, 2, null], server.Requests.Select(request => (int?)request.Body!["n"]));
    }

    [Fact]
    public async Task A_silent_server_is_not_waited_for_twice()
    {
        await using var server = await FakeEndpoint.Start();
        server.Instead = async context =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                // The client gave up, as it should.
            }

            return true;
        };
        using var model = server.Open("#m", settings => settings with { Patience = TimeSpan.FromSeconds(3) });
        Assert.Equal(FaultCode.EndpointSilent, Fault(model).Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void Nobody_listening_is_a_fault()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var model = new EndpointModel(EndpointAddress.Parse($"http://127.0.0.1:{port}#m"), new() { Variable = _ => null });
        Assert.Equal(FaultCode.EndpointUnreachable, Fault(model).Code);
    }

    [Theory]
    [InlineData("http://10.1.2.3:8000#m")]
    [InlineData("http://192.168.0.1#m")]
    [InlineData("http://169.254.169.254#m")]
    [InlineData("http://[fd00::1]:8000#m")]
    public void A_private_network_is_not_asked_without_leave(string address)
    {
        using var model = new EndpointModel(EndpointAddress.Parse(address), new() { Variable = _ => null });
        Assert.Equal(FaultCode.PrivateAddressRefused, Fault(model).Code);
    }

    [Fact]
    public async Task This_machine_by_name_needs_no_leave_and_gets_no_key_of_others()
    {
        await using var server = await FakeEndpoint.Start();
        var settings = server.Settings with { Variable = name => name == "OPENAI_API_KEY" ? FakeEndpoint.Key : null };
        using var model = new EndpointModel(EndpointAddress.Parse($"http://localhost:{server.Address.Port}/v1/chat/completions"), settings);
        Assert.Equal(3, model.Answer(Hello, default).Count);
        Assert.All(server.Requests, request => Assert.Equal("", request.Authorization));
    }

    [Fact]
    public void A_key_does_not_travel_unencrypted()
    {
        var settings = new EndpointSettings { Variable = _ => FakeEndpoint.Key };
        Assert.Equal(FaultCode.EndpointInvalid, Assert.Throws<StemmaException>(() => new EndpointModel(EndpointAddress.Parse("http://example.org"), settings)).Fault.Code);
        new EndpointModel(EndpointAddress.Parse("https://example.org"), settings).Dispose();
    }

    [Theory]
    [InlineData("http://localhost:8000", "http://localhost:8000/v1/", "")]
    [InlineData("http://localhost:8000/", "http://localhost:8000/v1/", "")]
    [InlineData("https://host/v1#org/model+1 b", "https://host/v1/", "org/model+1 b")]
    [InlineData("https://host/v1/chat/completions#m", "https://host/v1/", "m")]
    [InlineData("https://host/api/v3", "https://host/api/v3/", "")]
    [InlineData("http://[::1]:8000", "http://[::1]:8000/v1/", "")]
    public void An_address_is_read(string text, string root, string model) =>
        Assert.Equal((root, model), (EndpointAddress.Parse(text).Root.ToString(), EndpointAddress.Parse(text).Model));

    [Theory]
    [InlineData("ftp://host")]
    [InlineData("http://")]
    [InlineData("http://user:secret@host/v1")]
    [InlineData("https://host/v1?key=secret")]
    public void An_address_with_secrets_or_of_another_kind_is_refused(string text)
    {
        var fault = Assert.Throws<StemmaException>(() => EndpointAddress.Parse(text)).Fault;
        Assert.Equal(FaultCode.EndpointInvalid, fault.Code);
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
    }

    private static Fault Fault(IAnsweringModel model, TextRequest? request = null) => Assert.Throws<StemmaException>(() => model.Answer(request ?? Hello, default)).Fault;
}
