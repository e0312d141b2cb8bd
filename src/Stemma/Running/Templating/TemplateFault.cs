using Stemma.Foundation;

namespace Stemma.Running.Templating;

/// <summary>The faults of templates; each names its line.</summary>
internal static class TemplateFault
{
    /// <summary>No template, or one that asks for what cannot be.</summary>
    public static StemmaException Invalid(string source, int line, string found) => new(FaultCode.TemplateInvalid, source, null, $"line {line}: {found}", "a template as Jinja reads it");

    /// <summary>A construct that Stemma does not run.</summary>
    public static StemmaException Unsupported(string source, int line, string what) =>
        new(FaultCode.TemplateUnsupported, source, null, $"line {line}: {what}", "the constructs listed in docs/tokenizers.md", "Give the text ready-made instead of messages");

    /// <summary>A template that does not come to an end within bounds.</summary>
    public static StemmaException TooLong(string source, int line, string what) => new(FaultCode.TemplateTooLong, source, null, $"line {line}: {what}", "templates that end within bounds");

    /// <summary>The template itself refused the messages (raise_exception).</summary>
    public static StemmaException Refused(string source, int line, string message) =>
        new(FaultCode.TemplateRefused, source, null, $"line {line}: the template refuses these messages: {message}", "messages as the model's maker expects them");
}
