namespace Stemma.Foundation;

/// <summary>Told how far a long piece of work has come. Called from several threads; the engine has no clock, so speed and time left are the caller's.</summary>
public interface IWorkProgress
{
    /// <summary>A new piece of work begins.</summary>
    /// <param name="title">What is being done, for example <c>reading parent</c>.</param>
    /// <param name="totalBytes">Bytes that will be read.</param>
    void Begin(string title, long totalBytes);

    /// <summary>A new piece of work begins that is counted in things instead of bytes.</summary>
    /// <param name="title">What is being done, for example <c>comparing all pairs of zoo</c>.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="unit">What they are called, for example <c>pairs</c>.</param>
    void BeginItems(string title, long total, string unit) => Begin(title, total);

    /// <summary>More bytes, or things, are done.</summary>
    void Advance(long bytes);

    /// <summary>The piece of work is over.</summary>
    void End();
}

/// <summary>Progress that nobody watches.</summary>
public sealed class NoProgress : IWorkProgress
{
    /// <summary>The only one that is needed.</summary>
    public static NoProgress Instance { get; } = new();

    public void Begin(string title, long totalBytes)
    {
    }

    public void Advance(long bytes)
    {
    }

    public void End()
    {
    }
}
