using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>Tokens that two vocabularies share: the rows of both embeddings, side by side, in the order of the tokens' text.</summary>
internal sealed record SharedTokens(int[] A, int[] B)
{
    /// <summary>Equal as strings of the tokenizer files, control tokens included (AWM's rule). A token spelled in two ways is missed.</summary>
    public static SharedTokens BySpelling(ModelWeights a, ModelWeights b) => Match(a, b, table => table.Spellings);

    /// <summary>Equal as bytes, whatever the tokenizer's way of writing them; control tokens stand for nothing and are left out.</summary>
    public static SharedTokens ByBytes(ModelWeights a, ModelWeights b) =>
        Match(a, b, table => [.. table.Tokens.Select(bytes => bytes is null ? null : Convert.ToHexString(bytes))]);

    /// <summary>The shared rows of both embeddings, each [tokens, width].</summary>
    public (Matrix A, Matrix B) Rows(Matrix a, Matrix b) => (a.Take(A), b.Take(B));

    private static SharedTokens Match(ModelWeights a, ModelWeights b, Func<TokenTable, IReadOnlyList<string?>> texts)
    {
        var (here, there) = (Index(a, texts), Index(b, texts));
        var shared = here.Keys.Where(there.ContainsKey).Order(StringComparer.Ordinal).ToList();
        return new([.. shared.Select(t => here[t])], [.. shared.Select(t => there[t])]);
    }

    /// <summary>Id by text, of ids that the embedding has a row for; of several ids with one text the first.</summary>
    private static Dictionary<string, int> Index(ModelWeights model, Func<TokenTable, IReadOnlyList<string?>> texts)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        if (model.Tokens is not { } table) return ids;
        var all = texts(table);
        for (var id = 0; id < Math.Min(all.Count, model.Shape.Vocabulary); id++)
            if (all[id] is { } text) ids.TryAdd(text, id);
        return ids;
    }
}
