using System.Text;
using Stemma.Anatomy.Tokenizers;
using Stemma.Running.Tokenizing.Unicode;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>The normalisers of tokenizer.json by name.</summary>
internal static class NormalizerFactory
{
    /// <summary>The function that a section describes.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerUnsupported"/> for any other.</exception>
    public static Func<string, string> Make(JsonPart? section) => section is not { } part ? text => text : part.Type switch
    {
        "Sequence" => Normalizing.Sequence([.. part.Parts("normalizers").Select(inner => Make(inner))]),
        "NFC" => text => TextNormalization.Normalize(text, NormalizationForm.FormC),
        "NFD" => text => TextNormalization.Normalize(text, NormalizationForm.FormD),
        "NFKC" => text => TextNormalization.Normalize(text, NormalizationForm.FormKC),
        "NFKD" => text => TextNormalization.Normalize(text, NormalizationForm.FormKD),
        "Lowercase" => Normalizing.Lowercase,
        "StripAccents" => Normalizing.StripAccents,
        "Strip" => Normalizing.Strip(part.Flag("strip_left", true), part.Flag("strip_right", true)),
        "BertNormalizer" => Bert(part),
        "Nmt" => Normalizing.Nmt,
        "Prepend" => Prepend(part.Text("prepend") ?? ""),
        "Replace" => Replace(part),
        "ByteLevel" => text => ByteAlphabet.Encode(Encoding.UTF8.GetBytes(text)),
        "Precompiled" => Precompiled(part),
        var other => throw part.Unsupported($"a normalizer '{other}'",
            "Sequence, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, BertNormalizer, Nmt, Prepend, Replace, ByteLevel, Precompiled"),
    };

    /// <summary>A pattern of a section: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
    public static TokenPattern Pattern(JsonPart section)
    {
        var pattern = section.Part("pattern") ?? throw section.Wrong("pattern", "an object");
        if (pattern.Text("String") is { } text) return TokenPattern.Literal(section.Source, text);
        return TokenPattern.Of(section.Source, pattern.Text("Regex") ?? throw pattern.Wrong("Regex", "a text"));
    }

    private static Func<string, string> Bert(JsonPart part)
    {
        var lowercase = part.Flag("lowercase", true);
        return Normalizing.Bert(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true), part.Flag("strip_accents", lowercase), lowercase);
    }

    private static Func<string, string> Prepend(string prefix) => text => text.Length == 0 ? text : prefix + text;

    private static Func<string, string> Replace(JsonPart part)
    {
        var (pattern, content) = (Pattern(part), part.Text("content") ?? "");
        return text => pattern.Replace(text, content);
    }

    private static Func<string, string> Precompiled(JsonPart part)
    {
        var blob = part.Find("precompiled_charsmap") is { ValueKind: System.Text.Json.JsonValueKind.String } text && text.TryGetBytesFromBase64(out var bytes) ? bytes : throw part.Wrong("precompiled_charsmap", "base64");
        return blob.Length == 0 ? text => text : new CharacterMap(part.Source, blob).ReplaceByCharacter;
    }
}
