using System.Buffers;
using System.Text.Json;
using Stemma.Checkpoints.Remote.Endpoints;
using Stemma.Foundation;

namespace Stemma.Running.Answering;

/// <summary>A model behind an endpoint that speaks OpenAI's interface: <c>chat/completions</c> for messages, <c>completions</c> for texts to go on with.</summary>
public sealed class EndpointModel : IAnsweringModel
{
    private const int MostDepth = 32;

    /// <summary>How long an answer may be: the name that every server knows, and the one that OpenAI's newer models insist on.</summary>
    private const string Length = "max_tokens", NewLength = "max_completion_tokens";

    private readonly EndpointClient _client;
    private readonly Lazy<string> _model;
    private bool _oneByOne;
    private string _length = Length;

    /// <param name="address">Where it answers.</param>
    /// <param name="settings">How it is asked.</param>
    /// <exception cref="StemmaException">The key cannot be sent there.</exception>
    public EndpointModel(EndpointAddress address, EndpointSettings settings)
    {
        _client = new(address, settings);
        _model = new(() => address.Model.Length > 0 ? address.Model : OnlyModel());
    }

    /// <inheritdoc/>
    public string Manner(bool conversation) => $"asked over the network at {_client.Address}{(conversation ? ", in whatever form of conversation that server uses" : "")}";

    /// <inheritdoc/>
    public IReadOnlyList<string> Answer(TextRequest request, CancellationToken cancel)
    {
        var answers = new List<string>(request.Samples);
        while (answers.Count < request.Samples)
        {
            cancel.ThrowIfCancellationRequested();
            var wanted = _oneByOne ? 1 : request.Samples - answers.Count;
            try
            {
                var got = Ask(request, wanted, SeededHash.Mix(request.Seed, (ulong)answers.Count));
                answers.AddRange(got.Take(wanted));

                // Servers that do not know of several answers give one.
                if (got.Count < wanted) _oneByOne = true;
            }
            catch (StemmaException refused) when (_length == Length && refused.Fault.Code == FaultCode.EndpointRefused && refused.Fault.Found.Contains(NewLength, StringComparison.Ordinal))
            {
                _length = NewLength;
            }
            catch (StemmaException refused) when (wanted > 1 && refused.Fault.Code == FaultCode.EndpointRefused)
            {
                _oneByOne = true;
            }
        }

        return answers;
    }

    public void Dispose() => _client.Dispose();

    private List<string> Ask(TextRequest request, int count, ulong seed)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", _model.Value);
            if (request.Conversation)
            {
                json.WriteStartArray("messages");
                json.WriteStartObject();
                json.WriteString("role", "user");
                json.WriteString("content", request.Text);
                json.WriteEndObject();
                json.WriteEndArray();
            }
            else
            {
                json.WriteString("prompt", request.Text);
            }

            json.WriteNumber(_length, request.MostTokens);
            json.WriteNumber("temperature", request.Temperature);
            json.WriteNumber("seed", seed >> 33);
            if (count > 1) json.WriteNumber("n", count);
            json.WriteEndObject();
        }

        var function = request.Conversation ? "chat/completions" : "completions";
        return Read(_client.Send(function, buffer.WrittenSpan.ToArray()), "choices", choice => request.Conversation ? Content(choice) : Text(choice, "text"));
    }

    /// <summary>The name of the one model that the server has.</summary>
    private string OnlyModel()
    {
        var names = Read(_client.Send("models", null), "data", one => Text(one, "id"));
        return names.Count == 1 ? names[0] : throw new StemmaException(
            FaultCode.EndpointNotFound, _client.Address.ToString(), null, $"{names.Count} models{(names.Count == 0 ? "" : ": " + string.Join(", ", names.Take(8)))}", "one model, or the name of one behind the sign #", $"Name one: {_client.Address.Root}#NAME");
    }

    private List<string> Read(byte[] body, string list, Func<JsonElement, string?> text)
    {
        try
        {
            using var document = StrangersJson.Parse(body, MostDepth);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(list, out var items) || items.ValueKind != JsonValueKind.Array) throw Invalid($"an answer without '{list}'");
            var texts = items.EnumerateArray().Select(item => text(item) ?? throw Invalid($"an item of '{list}' without text")).ToList();
            return texts.Count > 0 || list != "choices" ? texts : throw Invalid("an answer of no choices");
        }
        catch (JsonException e)
        {
            throw new StemmaException(Invalid("an answer that is no JSON").Fault, e);
        }
    }

    private StemmaException Invalid(string found) => new(FaultCode.EndpointAnswerInvalid, _client.Address.ToString(), null, found, "an answer as OpenAI's interface has it", "Check that the address is an OpenAI-compatible endpoint");

    /// <summary>The words of a message; a model that was cut off while thinking has said nothing.</summary>
    private static string? Content(JsonElement choice)
    {
        if (choice.ValueKind != JsonValueKind.Object || !choice.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object) return null;
        return message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString() : "";
    }

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
