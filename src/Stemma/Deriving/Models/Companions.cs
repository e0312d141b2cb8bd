using Stemma.Foundation;

namespace Stemma.Deriving.Models;

/// <summary>The small files that stand beside weights and go with a derived model: its tokenizer and how it is asked to speak.</summary>
internal static class Companions
{
    private const int MostBytes = 256 << 20;

    private static readonly string[] Tokenizer =
    [
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
        "spiece.model", "sentencepiece.bpe.model", "chat_template.jinja", "chat_template.json",
    ];

    private static readonly string[] Others = ["generation_config.json"];

    /// <summary>What is copied from a model's folder, in the order of names.</summary>
    public static IReadOnlyList<CompanionCopy> Of(string? folder) => [.. Find(folder, [.. Tokenizer, .. Others])];

    /// <summary>The tokenizer's files alone.</summary>
    public static IReadOnlyList<CompanionCopy> TokenizerOf(string? folder) => [.. Find(folder, Tokenizer)];

    /// <summary>The files beside a tokenizer that do not belong to it.</summary>
    public static IReadOnlyList<CompanionCopy> WithoutTokenizer(string? folder) => [.. Find(folder, Others)];

    /// <summary>A whole small file.</summary>
    /// <exception cref="StemmaException"><paramref name="code"/> when it is too large or empty, <see cref="FaultCode.ReadFailed"/>.</exception>
    public static byte[] Bytes(string folder, string name, int most, FaultCode code)
    {
        try
        {
            using var file = new FileStream(Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length == 0 || file.Length > most) throw new StemmaException(code, name, null, $"{file.Length} bytes", $"1 to {most} bytes");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StemmaException(new Fault(FaultCode.ReadFailed, name, null, e.Message, "", "Check the file and its permissions"), e);
        }
    }

    /// <summary>The bytes of a companion.</summary>
    public static byte[] Bytes(CompanionCopy copy) => Bytes(copy.Folder, copy.Name, MostBytes, FaultCode.TokenizerInvalid);

    private static IEnumerable<CompanionCopy> Find(string? folder, string[] names)
    {
        if (folder is null || !Directory.Exists(folder)) return [];
        var tiktoken = Directory.EnumerateFiles(folder, "*.tiktoken").Select(file => Path.GetFileName(file)!);
        return names.Where(name => File.Exists(Path.Combine(folder, name))).Concat(names == Others ? [] : tiktoken)
            .Order(StringComparer.Ordinal).Select(name => new CompanionCopy(folder, name));
    }
}

/// <summary>A file to be copied as it is.</summary>
/// <param name="Folder">Where it stands.</param>
/// <param name="Name">What it is called, there and in the new model.</param>
internal sealed record CompanionCopy(string Folder, string Name);
