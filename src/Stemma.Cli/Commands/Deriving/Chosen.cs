namespace Stemma.Cli.Commands.Deriving;

/// <summary>One of several words that an option knows, and what it stands for. Help shows the word.</summary>
internal sealed record Chosen<T>(string Word, T Value)
{
    public override string ToString() => Word;
}
