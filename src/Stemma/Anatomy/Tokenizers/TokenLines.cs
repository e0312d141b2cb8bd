using System.Buffers.Text;
using System.Text;

namespace Stemma.Anatomy.Tokenizers;

/// <summary>The two tokenizer files that are plain lines.</summary>
internal static class TokenLines
{
    /// <summary>Reads <c>vocab.txt</c> of WordPiece: one token a line, the id is the line.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable ReadWordPiece(string file, ReadOnlySpan<byte> bytes)
    {
        var builder = new TokenTableBuilder(file);
        var style = new TokenStyle { Continuing = "##" };
        var id = 0L;
        long offset = 0;
        while (offset < bytes.Length)
        {
            var line = Line(bytes, offset, out var next);
            var token = Encoding.UTF8.GetString(line);
            builder.Set(id++, style.Decode(token), offset, token);
            offset = next;
        }

        return builder.ToTable("wordpiece");
    }

    /// <summary>Reads tiktoken's file: base64 of the token's bytes, a space, the id (openai/tiktoken, load.py).</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TokenizerInvalid"/>.</exception>
    public static TokenTable ReadTiktoken(string file, ReadOnlySpan<byte> bytes)
    {
        var builder = new TokenTableBuilder(file);
        long offset = 0;
        while (offset < bytes.Length)
        {
            var line = Line(bytes, offset, out var next);
            if (line.Length > 0)
            {
                if (!TryParse(line, out var token, out var id)) throw TokenTableBuilder.Invalid(file, offset, Encoding.UTF8.GetString(line), "base64, a space, a number");
                builder.Set(id, token, offset, Encoding.UTF8.GetString(token));
            }

            offset = next;
        }

        return builder.ToTable("bpe");
    }

    /// <summary>True when the first line is one of tiktoken's: some models call such a file tokenizer.model.</summary>
    public static bool IsTiktoken(ReadOnlySpan<byte> bytes) => TryParse(Line(bytes[..Math.Min(bytes.Length, 1024)], 0, out _), out _, out _);

    private static bool TryParse(ReadOnlySpan<byte> line, out byte[] token, out long id)
    {
        (token, id) = ([], -1);
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(line[(space + 1)..], out id, out var used) || used != line.Length - space - 1) return false;
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        if (Base64.DecodeFromUtf8(line[..space], buffer, out _, out var written) != System.Buffers.OperationStatus.Done || written == 0) return false;
        token = buffer[..written];
        return true;
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> bytes, long offset, out long next)
    {
        var rest = bytes[(int)offset..];
        var end = rest.IndexOf((byte)'\n');
        next = end < 0 ? bytes.Length : offset + end + 1;
        var line = end < 0 ? rest : rest[..end];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
