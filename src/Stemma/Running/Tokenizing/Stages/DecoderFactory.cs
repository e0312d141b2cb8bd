using Stemma.Anatomy.Tokenizers;
using Stemma.Running.Tokenizing.Files;

namespace Stemma.Running.Tokenizing.Stages;

/// <summary>The decoders of tokenizer.json by name.</summary>
internal static class DecoderFactory
{
    /// <summary>The steps that a section describes, made new at each call.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerUnsupported"/> for any other.</exception>
    public static Func<IReadOnlyList<IDecodeStep>> Make(JsonPart? section)
    {
        if (section is not { } part) return () => [new SpellingStep((text, first) => first ? text : " " + text)];
        var makers = new List<Func<IDecodeStep>>();
        var fused = false;
        Add(part, makers, ref fused);
        return () => [.. makers.Select(make => make())];
    }

    private static void Add(JsonPart part, List<Func<IDecodeStep>> makers, ref bool fused)
    {
        var type = part.Type;
        switch (type)
        {
            case "Sequence":
                foreach (var inner in part.Parts("decoders")) Add(inner, makers, ref fused);
                break;
            case "ByteLevel":
                makers.Add(() => new ByteLevelStep());
                break;
            case "ByteFallback":
                makers.Add(() => new ByteFallbackStep());
                break;
            case "Fuse":
                fused = true;
                break;
            case "Replace" when !fused:
                var (pattern, content) = (NormalizerFactory.Pattern(part), part.Text("content") ?? "");
                makers.Add(() => new SpellingStep((text, _) => pattern.Replace(text, content)));
                break;
            case "Metaspace":
                var (mark, prepends) = (PreTokenizerFactory.Mark(part), PreTokenizerFactory.Prepend(part) is not null);
                makers.Add(() => new SpellingStep((text, first) => first && prepends ? text.Replace(mark.ToString(), "", StringComparison.Ordinal) : text.Replace(mark, ' ')));
                break;
            case "WordPiece":
                var (prefix, tidy) = (part.Text("prefix") ?? "##", part.Flag("cleanup", true));
                makers.Add(() => WordPieceTokenizer.Step(prefix, tidy));
                break;
            case "BPEDecoder":
                var suffix = part.Text("suffix") ?? "</w>";
                makers.Add(() => new WordEndStep(suffix));
                break;
            case "Strip" when part.Text("content") is { Length: 1 } letter:
                makers.Add(Strip(part, letter[0], fused));
                break;
            default:
                throw part.Unsupported($"a decoder '{type}'" + (fused ? " after Fuse" : ""), "Sequence, ByteLevel, ByteFallback, Fuse, Replace before Fuse, Metaspace, WordPiece, BPEDecoder, Strip of one character");
        }
    }

    private static Func<IDecodeStep> Strip(JsonPart part, char letter, bool fused)
    {
        var (start, stop) = (part.Number("start") ?? 0, part.Number("stop") ?? 0);
        if (fused && stop > 0) throw part.Unsupported("stripping at the end of the whole text", "stripping at its start");
        if (fused) return () => new StripStartStep(letter, start);
        return () => new SpellingStep((text, _) =>
        {
            var (from, to) = (0, text.Length);
            while (from < start && from < to && text[from] == letter) from++;
            while (text.Length - to < stop && to > from && text[to - 1] == letter) to--;
            return text[from..to];
        });
    }
}
