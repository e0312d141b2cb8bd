namespace Stemma.Comparing;
/// <summary>One way to look for kinship.</summary>
public interface IMethod
{
    /// <summary>Stable name, for example <c>unit-index</c>.</summary>
    string Name { get; }

    /// <summary>What it finds between two fingerprints; null when it does not apply to this pair.</summary>
    Evidence? Weigh(PairContext pair);
}
