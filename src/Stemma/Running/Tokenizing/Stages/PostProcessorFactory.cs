using System.Text.Json;
using Stemma.Anatomy.Tokenizers;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>The post-processors of tokenizer.json by name: which tokens stand around a single text.</summary>
internal static class PostProcessorFactory
{
    /// <summary>The tokens before and after a text.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerUnsupported"/> for any other.</exception>
    public static (IReadOnlyList<int> Before, IReadOnlyList<int> After) Make(JsonPart? section) => section is not { } part ? ([], []) : part.Type switch
    {
        "ByteLevel" => ([], []),
        "BertProcessing" or "RobertaProcessing" => ([Pair(part, "cls")], [Pair(part, "sep")]),
        "TemplateProcessing" => Template(part),
        "Sequence" => part.Parts("processors").Select(inner => Make(inner)).Aggregate((Before: (IReadOnlyList<int>)[], After: (IReadOnlyList<int>)[]),
            (all, one) => ([.. one.Before, .. all.Before], [.. all.After, .. one.After])),
        var other => throw part.Unsupported($"a post-processor '{other}'", "Sequence, ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing"),
    };

    private static int Pair(JsonPart part, string name) =>
        part.Find(name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2 && pair[1].TryGetInt32(out var id) ? id : throw part.Wrong(name, "a token and its id");

    private static (IReadOnlyList<int> Before, IReadOnlyList<int> After) Template(JsonPart part)
    {
        var tokens = part.Part("special_tokens");
        var (before, after) = (new List<int>(), new List<int>());
        var texts = 0;
        foreach (var item in part.Parts("single"))
        {
            if (item.Part("Sequence") is not null) texts++;
            else if (item.Part("SpecialToken") is { } token) (texts == 0 ? before : after).AddRange(Ids(part, tokens, token.Text("id") ?? throw token.Wrong("id", "a text")));
            else throw item.Unsupported("an item of a template", "Sequence, SpecialToken");
        }

        return texts == 1 ? (before, after) : throw part.Unsupported($"a template with {texts} texts", "one");
    }

    private static int[] Ids(JsonPart part, JsonPart? tokens, string name) => tokens?.Part(name)?.Find("ids") is { ValueKind: JsonValueKind.Array } ids
        ? ids.EnumerateArray().Select(id => id.TryGetInt32(out var number) ? number : throw part.Wrong("special_tokens", "token ids")).ToArray()
        : throw TokenTableBuilder.Invalid(part.Source, null, $"{part.Path}: the special token '{name}' has no ids", "one id at least");
}
