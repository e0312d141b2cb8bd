using System.Globalization;
using System.Text;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Running.Tokenizing.Files;

/// <summary>The tokenizer that stands in the weight file itself, by its tables and settings (ggml docs/gguf.md, tokenizer.ggml.*).</summary>
internal static class StoredTokenizer
{
    /// <summary>The tables of a file that is still open; null where it says that it has no vocabulary.</summary>
    public static TokenizerParts? Parts(StoredVocabulary stored) => stored.Model is "" or "none" or "no_vocab" ? null : new()
    {
        Source = stored.File,
        Model = stored.Model,
        PreTokenizer = stored.Settings.GetValueOrDefault("pre"),
        Tokens = [.. stored.Tokens.Select(Encoding.UTF8.GetString)],
        Types = stored.Kinds,
        Scores = stored.Scores(),
        Merges = [.. stored.Merges().Select(Encoding.UTF8.GetString)],
        BeginningOfText = Number(stored, "bos_token_id"),
        EndOfText = Number(stored, "eos_token_id"),
        Unknown = Number(stored, "unknown_token_id"),
        Classifier = Number(stored, "cls_token_id"),
        // Both spellings are in use.
        Separator = Number(stored, "seperator_token_id") ?? Number(stored, "separator_token_id"),
        AddBeginning = Truth(stored, "add_bos_token"),
        AddEnd = Truth(stored, "add_eos_token") ?? false,
        AddSpacePrefix = Truth(stored, "add_space_prefix") ?? true,
        RemoveExtraSpaces = Truth(stored, "remove_extra_whitespaces") ?? false,
        Charsmap = stored.CharacterRules(),
    };

    /// <summary>What is made of the vocabulary that a model's file of weights carries itself; null where there is none. Only such files are opened: a folder's tokenizer is found without its weights.</summary>
    /// <param name="path">A model's folder or weight file.</param>
    /// <param name="make">Called while the file is open.</param>
    /// <exception cref="StemmaException">The weight file cannot be read.</exception>
    public static T? With<T>(string path, Func<StoredVocabulary, T?> make)
        where T : class
    {
        if (!File.Exists(path) && !(Directory.Exists(path) && Directory.EnumerateFiles(path, "*.gguf").Any())) return null;
        using var checkpoint = CheckpointOpener.Open(path);
        return checkpoint.ReadVocabulary() is { } stored ? make(stored) : null;
    }

    /// <summary>A token's id; -1 of 32 bits means none.</summary>
    public static int? Number(StoredVocabulary stored, string name) =>
        stored.Settings.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id) && id >= 0 ? id : null;

    private static bool? Truth(StoredVocabulary stored, string name) => stored.Settings.GetValueOrDefault(name) switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };
}
