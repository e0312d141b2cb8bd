namespace Stemma.Running.Routing.Costs;

/// <summary>What one pass through the model is asked to do.</summary>
/// <param name="Sequences">Sequences in the batch.</param>
/// <param name="NewTokens">Tokens per sequence that go through the model.</param>
/// <param name="Context">Tokens per sequence that stand in the cache already.</param>
/// <param name="Logits">Tokens per sequence whose successor is asked for.</param>
public sealed record ForwardPass(int Sequences, int NewTokens, int Context, int Logits)
{
    public long Tokens => (long)Sequences * NewTokens;

    /// <summary>One more token for each sequence, and with it so many guessed ones to be checked (multi-token prediction).</summary>
    public static ForwardPass Decode(int sequences, int context, int guessed = 0) => new(sequences, 1 + guessed, context, 1 + guessed);

    /// <summary>The prompts, up to the first token of each answer.</summary>
    public static ForwardPass Prefill(int sequences, int length) => new(sequences, length, 0, 1);
}

/// <summary>Seconds of one pass, by what they go into; phases follow one another.</summary>
/// <param name="Matrices">Attention's projections, shared FFN and head: reading or multiplying, whichever takes longer.</param>
/// <param name="Experts">Routed experts on the busiest device, likewise.</param>
/// <param name="Attention">Reading the cache or multiplying with it.</param>
/// <param name="Exchange">All-reduce of attention and FFN, all-to-all of experts.</param>
/// <param name="Overhead">Starts of kernels and exchanges.</param>
public sealed record PassCost(double Matrices, double Experts, double Attention, double Exchange, double Overhead)
{
    public double Seconds => Matrices + Experts + Attention + Exchange + Overhead;
}
