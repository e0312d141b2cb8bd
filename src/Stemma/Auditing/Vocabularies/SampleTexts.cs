namespace Stemma.Auditing.Vocabularies;

/// <summary>How a tokenizer cuts one of the built-in texts.</summary>
/// <param name="Text">The text's name: <c>english</c>, <c>chinese</c>, <c>code</c>, <c>numbers</c>.</param>
/// <param name="Tokens">How many tokens.</param>
/// <param name="BytesPerToken">UTF-8 bytes a token stands for, on average.</param>
/// <param name="Fertility">Tokens a word; in Chinese tokens a character.</param>
public sealed record SampleCut(string Text, int Tokens, double BytesPerToken, double Fertility);

/// <summary>Short texts of four kinds, written for this purpose: figures over them are comparable between tokenizers and with nothing else.</summary>
internal static class SampleTexts
{
    private static readonly (string Name, string Text)[] All =
    [
        ("english", "The harbour was quiet before sunrise. A few fishing boats rocked against the old stone wall, and somebody on the far side was already mending a net. "
            + "Nobody had expected visitors so early in the year, yet the small hotel above the bay kept two rooms ready, because the owner remembered how often travellers had been surprised by the weather. "
            + "She liked to say that a good map shows the roads, but a useful one shows where the water stands in winter."),
        ("chinese", "清晨的港口很安静。几只渔船靠在旧石墙边轻轻摇晃，对岸已经有人在修补渔网。这个季节没有人料到会有客人来，可是海湾上方的小旅馆总是留着两间空房，因为老板记得旅客常常被天气耽搁。"
            + "她喜欢说，好的地图告诉你道路，有用的地图告诉你冬天哪里会积水。"),
        ("code", "public static int Count(IReadOnlyList<string> words, Func<string, bool> wanted)\n{\n    var count = 0;\n    for (int i = 0; i < words.Count; i++)\n    {\n        if (wanted(words[i])) count++;\n    }\n\n    return count;\n}\n"
            + "def mean(values):\n    \"\"\"Return the arithmetic mean.\"\"\"\n    return sum(values) / len(values) if values else None\n"),
        ("numbers", "1492 1776 1848 1989 2026; 3.14159265 2.71828183; 65536 1048576 16777216; 12:45 23:59; 10,000 250,000 1,250,000; 0x1F 0xFF; 7 13 29 101 997 7919 104729"),
    ];

    /// <summary>The cuts of every text; none where the tokenizer does not run.</summary>
    public static IReadOnlyList<SampleCut> Cut(AuditedVocabulary vocabulary)
    {
        if (vocabulary.Tokenizer is not { } tokenizer) return [];
        var cuts = new List<SampleCut>();
        foreach (var (name, text) in All)
        {
            try
            {
                var tokens = tokenizer.Encode(text, readSpecialTokens: false).Length;
                var words = name == "chinese" ? text.EnumerateRunes().Count() : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
                cuts.Add(new(name, tokens, (double)System.Text.Encoding.UTF8.GetByteCount(text) / tokens, (double)tokens / words));
            }
            catch (Foundation.StemmaException e) when (e.Fault.Code == Foundation.FaultCode.TextNotEncodable)
            {
                // A vocabulary of one alphabet has no figure for the others: the list stays without it.
                continue;
            }
        }

        return cuts;
    }
}
