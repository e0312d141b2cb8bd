namespace Stemma.Running.Tokenizing;

/// <summary>A part of the text on its way through the stages.</summary>
/// <param name="Text">The part.</param>
/// <param name="AtStart">True when the whole text begins with it.</param>
internal readonly record struct TextPiece(string Text, bool AtStart);
