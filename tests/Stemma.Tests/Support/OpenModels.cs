using System.Text.Json;
using Stemma.Anatomy.Values;

namespace Stemma.Tests.Support;

/// <summary>Tiny models written to disk with a vocabulary and opened; gone when the test is over.</summary>
internal sealed class OpenModels : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ModelWeights> _open = [];

    public ModelWeights Of(TinyModel model)
    {
        var path = model.Write(_folder[$"{_open.Count}"]);
        WriteVocabulary(path, Enumerable.Range(0, TinyModel.Vocabulary).Select(id => $"t{id}"));
        return Open(path);
    }

    public ModelWeights Of(FormulaModel model) => Open(model.Write(_folder[$"{_open.Count}"]));

    public void Dispose()
    {
        foreach (var model in _open) model.Dispose();
        _folder.Dispose();
    }

    /// <summary>Words by id, as vocab.json.</summary>
    public static void WriteVocabulary(string path, IEnumerable<string> words) =>
        File.WriteAllText(Path.Combine(path, "vocab.json"), JsonSerializer.Serialize(words.Select((word, id) => (word, id)).ToDictionary(p => p.word, p => p.id)));

    private ModelWeights Open(string path)
    {
        _open.Add(ModelWeights.Open(path));
        return _open[^1];
    }
}
