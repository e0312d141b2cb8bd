namespace Stemma.Foundation;

/// <summary>One refusal, complete enough that a person can act on it without reading the source.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="File">The file as the user named it, or empty when no file is at fault.</param>
/// <param name="Offset">Byte offset in that file, when one place is at fault.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Allowed">What may stand there.</param>
/// <param name="Remedy">What the user can do.</param>
public sealed record Fault(FaultCode Code, string File, long? Offset, string Found, string Allowed, string Remedy)
{
    /// <summary>The code as printed, for example <c>STM1103</c>.</summary>
    public string CodeText => $"STM{(int)Code}";

    /// <summary>One line of plain text; control characters are escaped because names come from strangers.</summary>
    public override string ToString()
    {
        var place = File.Length == 0 ? "" : Offset is { } at ? $" {SafeText.Escape(File)} at byte {at}:" : $" {SafeText.Escape(File)}:";
        var allowed = Allowed.Length == 0 ? "" : $" Allowed: {SafeText.Escape(Allowed)}.";
        var remedy = Remedy.Length == 0 ? "" : $" {char.ToUpperInvariant(Remedy[0])}{SafeText.Escape(Remedy[1..])}.";
        return $"{CodeText}{place} {SafeText.Escape(Found.TrimEnd('.'))}.{allowed}{remedy}";
    }
}

/// <summary>The one exception that the engine throws for bad input. Everything else that escapes is a bug.</summary>
public sealed class StemmaException(Fault fault, Exception? inner = null) : Exception(fault.ToString(), inner)
{
    /// <summary>What was refused, and why.</summary>
    public Fault Fault { get; } = fault;

    /// <summary>Shorthand for the common case.</summary>
    public StemmaException(FaultCode code, string file, long? offset, string found, string allowed, string remedy = "")
        : this(new Fault(code, file, offset, found, allowed, remedy))
    {
    }
}
