namespace Stemma.Running;

/// <summary>Continues a text token by token.</summary>
public static class Generator
{
    /// <summary>Tokens one after another, as they are drawn; it ends after the most asked for, or before the first end token.</summary>
    /// <param name="run">A run with room for the prompt and the answer.</param>
    /// <param name="prompt">Tokens to begin with, not yet read.</param>
    /// <param name="most">Most new tokens.</param>
    /// <param name="sampler">How they are drawn.</param>
    /// <param name="ends">Tokens that end the text.</param>
    /// <param name="cancel">Stops between two layers.</param>
    public static IEnumerable<int> Continue(Run run, IReadOnlyList<int> prompt, int most, Sampler sampler, IReadOnlyCollection<int> ends, CancellationToken cancel = default)
    {
        var logits = run.Next([.. prompt], cancel);
        for (var made = 0; made < most; made++)
        {
            var token = sampler.Draw(logits);
            if (ends.Contains(token)) yield break;
            yield return token;
            if (made + 1 < most) logits = run.Next([token], cancel);
        }
    }
}
