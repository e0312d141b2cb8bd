namespace Stemma.Auditing.Sources;

/// <summary>What a text file is for, by its name.</summary>
public enum SourceKind
{
    /// <summary>A program.</summary>
    Code,

    /// <summary>Settings: JSON, YAML and the like.</summary>
    Settings,

    /// <summary>README, LICENSE, NOTICE and other prose.</summary>
    Prose,
}

/// <summary>One text file of a folder.</summary>
/// <param name="Name">Path inside the folder, with slashes.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Lines">Its lines without their ends.</param>
public sealed record SourceFile(string Name, SourceKind Kind, IReadOnlyList<string> Lines)
{
    private static readonly string[] CodeEndings = [".py", ".pyx", ".c", ".cc", ".cpp", ".cu", ".h", ".hpp", ".cuh", ".cs", ".go", ".java", ".js", ".ts", ".rs", ".sh", ".ipynb"];
    private static readonly string[] SettingEndings = [".json", ".yaml", ".yml", ".toml", ".cfg", ".ini"];
    private static readonly string[] ProseEndings = [".md", ".txt", ".rst", ".license"];
    private static readonly string[] LegalNames = ["LICENSE", "LICENCE", "NOTICE", "COPYING", "COPYRIGHT", "README", "AUTHORS"];

    /// <summary>Lists of tokens and of tensors: they hold words of every language, and other parts of Stemma read them.</summary>
    private static readonly string[] Lists = ["tokenizer.json", "vocab.json", "vocab.txt", "merges.txt", "added_tokens.json"];

    /// <summary>The file's name without folders.</summary>
    public string ShortName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>LICENSE, NOTICE, COPYING: the place where a folder says whose work it holds.</summary>
    public bool IsLegal => Kind == SourceKind.Prose && Array.Exists(LegalNames[..5], word => ShortName.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a file is for; null for files that are no text or are lists.</summary>
    public static SourceKind? KindOf(string name)
    {
        var ending = Path.GetExtension(name).ToLowerInvariant();
        if (Lists.Contains(name) || name.EndsWith(".index.json", StringComparison.Ordinal)) return null;
        if (CodeEndings.Contains(ending)) return SourceKind.Code;
        if (SettingEndings.Contains(ending)) return SourceKind.Settings;
        return ProseEndings.Contains(ending) || Array.Exists(LegalNames, word => name.StartsWith(word, StringComparison.OrdinalIgnoreCase)) ? SourceKind.Prose : null;
    }
}
