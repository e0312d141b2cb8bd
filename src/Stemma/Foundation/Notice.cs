namespace Stemma.Foundation;

/// <summary>Something a reader should know that did not stop the work: a stray file, a tensor left unread, a buffer that is no weight.</summary>
/// <param name="Code">Short stable word, for example <c>stray-file</c>.</param>
/// <param name="Text">One plain sentence.</param>
/// <param name="LimitsCoverage">True when weights may be missing from the comparison: the verdict cannot then be <c>unrelated</c>.</param>
public sealed record Notice(string Code, string Text, bool LimitsCoverage = false);
