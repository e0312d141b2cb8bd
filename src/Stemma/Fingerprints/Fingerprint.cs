namespace Stemma.Fingerprints;

/// <summary>All sketches of a checkpoint and the recipe they were made with.</summary>
public sealed class Fingerprint
{
}
