using Stemma.Foundation.Linear;

namespace Stemma.Tests.Foundation.Linear;

/// <summary>Bytes in registers are the same numbers as bytes one by one.</summary>
public sealed class SignedBytesTests
{
    [Fact]
    public void Every_length_and_every_byte_gives_what_plain_code_gives()
    {
        for (var length = 0; length <= 300; length++)
        {
            sbyte[] bytes = [.. Enumerable.Range(0, length).Select(i => unchecked((sbyte)((i * 7) - 128)))];
            Assert.Equal(bytes.Sum(b => b * b), SignedBytes.SquareOf(bytes));
            var scaled = new float[length];
            SignedBytes.Scale(bytes, 0.37f, scaled);
            Assert.Equal(bytes.Select(b => b * 0.37f), scaled);
        }
    }

    [Fact]
    public void The_lowest_byte_everywhere_does_not_overflow()
    {
        sbyte[] lowest = [.. Enumerable.Repeat(sbyte.MinValue, 4096)];
        Assert.Equal(4096 * 16384, SignedBytes.SquareOf(lowest));
    }
}
