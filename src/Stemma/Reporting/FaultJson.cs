using Stemma.Foundation;

namespace Stemma.Reporting;

/// <summary>A refusal as JSON, so that a script that asked for JSON gets JSON.</summary>
public static class FaultJson
{
    /// <summary>Name and version of the document.</summary>
    public const string Schema = "stemma.fault/1";

    public static string Write(Fault fault) => JsonDocumentWriter.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("code", fault.CodeText);
        json.WriteString("name", Kebab.Of(fault.Code));
        json.WriteString("file", fault.File);
        if (fault.Offset is { } offset) json.WriteNumber("offset", offset);
        else json.WriteNull("offset");
        json.WriteString("found", fault.Found);
        json.WriteString("allowed", fault.Allowed);
        json.WriteString("remedy", fault.Remedy);
        json.WriteEndObject();
    });
}
