namespace Stemma.Running.Tokenizing;

/// <summary>A token that is found in the text before anything else happens to it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its number.</param>
public sealed record AddedToken(string Content, int Id)
{
    /// <summary>It controls the model and stands for no text.</summary>
    public bool Special { get; init; }

    /// <summary>Found only where no word runs on before or after it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>White space before it belongs to it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>White space after it belongs to it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Looked for in the normalised text instead of the text as given.</summary>
    public bool Normalized { get; init; }
}
