namespace Stemma.Auditing.Declarations;

/// <summary>What licences ask of those who pass on a modified work, in one clause each, in the licences' own terms. Information, no advice: whether weights are such a work is a question for a lawyer.</summary>
internal static class Obligations
{
    private static readonly (string Id, string Asks)[] Known =
    [
        ("Apache-2.0", "asks to pass on the licence text and the notices, and to mark changed files (section 4)"),
        ("MIT", "asks to keep its copyright and permission notice"),
        ("BSD", "asks to keep its copyright notice and its list of conditions"),
        ("CC-BY-NC", "asks to name the author and allows no commercial use"),
        ("CC-BY-SA", "asks to name the author and to pass adaptations on under the same licence"),
        ("CC-BY", "asks to name the author and to say what was changed"),
        ("AGPL", "asks to pass works based on it on under the same licence, also where they are used over a network"),
        ("GPL", "asks to pass works based on it on under the same licence"),
        ("llama", "has conditions of its own, among them a notice and rules for the name of models built with it"),
        ("gemma", "has conditions of its own, among them restrictions of use that must be passed on"),
        ("qwen", "has conditions of its own for passing on and for large services"),
        ("tongyi-qianwen", "has conditions of its own for passing on and for large services"),
        ("deepseek", "has conditions of its own, among them restrictions of use that must be passed on"),
    ];

    /// <summary>A clause; a general one for a licence that is not in the list.</summary>
    public static string Of(string licence)
    {
        foreach (var (id, asks) in Known) if (licence.StartsWith(id, StringComparison.OrdinalIgnoreCase)) return asks;
        return "may have conditions of its own";
    }
}
