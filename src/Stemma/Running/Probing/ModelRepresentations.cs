using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Running.Probing;

/// <summary>What a model makes of probe texts: the hidden state of each text's last token after every layer. Models with different tokenizers meet there, because the texts end at the same place.</summary>
public sealed class ModelRepresentations
{
    private ModelRepresentations(IReadOnlyList<Matrix> states, bool ownTexts) =>
        (Depths, Texts, Width, OwnTexts) = ([.. states.Select(depth => new LinearCka(depth))], states[0].Rows, states[0].Columns, ownTexts);

    /// <summary>Texts read.</summary>
    public int Texts { get; }

    /// <summary>Width of the residual stream.</summary>
    public int Width { get; }

    /// <summary>The texts are <see cref="ProbeTexts.BuiltIn"/>: only on those are unrelated models known.</summary>
    public bool OwnTexts { get; }

    /// <summary>Layers; depth 0, the embedding, comes before them.</summary>
    public int Layers => Depths.Count - 1;

    /// <summary>By depth: 0 the embedding, then after each layer.</summary>
    internal IReadOnlyList<LinearCka> Depths { get; }

    /// <summary>Runs the model over the texts.</summary>
    /// <param name="path">A folder with weights, config.json and a tokenizer.</param>
    /// <param name="texts">Four or more; both models of a comparison get the same.</param>
    /// <param name="progress">Told about texts read.</param>
    /// <param name="cancel">Stops the work between two layers.</param>
    /// <exception cref="StemmaException">The model has no tokenizer, or cannot be run.</exception>
    public static ModelRepresentations Read(string path, IReadOnlyList<string> texts, IWorkProgress progress, CancellationToken cancel)
    {
        var source = TextSource.Encode("probe texts", texts, path);
        using var model = Transformer.Open(path);
        var states = Enumerable.Range(0, model.LayerCount + 1).Select(_ => new Matrix(source.Texts.Count, model.Hidden)).ToList();
        progress.BeginItems("reading probe texts", source.Texts.Count, "texts");
        try
        {
            for (var text = 0; text < source.Texts.Count; text++)
            {
                // A text longer than the model can read ends where the model's sight ends.
                var ids = source.Texts[text].AsSpan(0, Math.Min(source.Texts[text].Length, model.MostPositions));
                model.Start(ids.Length, new RunObservers(Hidden: new LastStates(states, text, ids.Length))).Next(ids, cancel);
                progress.Advance(1);
            }
        }
        finally
        {
            progress.End();
        }

        return new(states, ReferenceEquals(texts, ProbeTexts.BuiltIn));
    }

    /// <summary>From states that are there already.</summary>
    /// <param name="depths">[texts, width] after the embedding and after each layer.</param>
    internal static ModelRepresentations Of(IReadOnlyList<Matrix> depths) => new(depths, ownTexts: false);

    /// <summary>Keeps the last token's state at every depth.</summary>
    private sealed class LastStates(IReadOnlyList<Matrix> states, int text, int length) : IHiddenStateObserver
    {
        public void OnHiddenStates(int depth, int firstPosition, ReadOnlySpan<float> tokens, int width)
        {
            var count = tokens.Length / width;
            if (firstPosition + count == length) tokens[((count - 1) * width)..].CopyTo(states[depth].Row(text));
        }
    }
}
