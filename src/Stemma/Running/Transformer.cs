using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation;
using Stemma.Running.Config;
using Stemma.Running.Layers;
using Stemma.Running.Tokenizing;
using Stemma.Running.Weights;

namespace Stemma.Running;

/// <summary>
/// A decoder that runs: dense, mixture of experts, or mixture of grouped experts, put together as its configuration says. Weights stay in the files, mapped into
/// memory and used as stored. Several runs may share one transformer, each on its own thread.
/// </summary>
public sealed class Transformer : IDisposable
{
    private readonly ModelWeights _weights;

    private Transformer(ModelWeights weights, string model)
    {
        _weights = weights;
        Config = RunConfigReader.Read(weights.Checkpoint, model);
        RefuseParts(weights, model);
        var book = new WeightBook(weights, model);
        Embedding = book.Matrix(TensorRole.Embed, 0, Config.Hidden);
        Positions = Config.Rope is null ? book.Matrix(TensorRole.PosEmbed, 0, Config.Hidden) : null;
        Layers = [.. Enumerable.Range(0, Config.Layers).Select(layer => new DecoderLayer(Config, book, layer))];
        FinalNorm = DecoderLayer.NormOf(Config, book, TensorRole.FinalNorm, TensorPart.NoLayer);
        Head = HeadOf(book, model);
        MostPositions = Math.Min(Config.MostPositions, Positions?.Outputs ?? int.MaxValue);
        book.RefuseUnused(Config.Layers);
        Ends = EndTokens.Read(weights.Checkpoint.Folder);
    }

    /// <summary>Tokens of the vocabulary; logits are as many.</summary>
    public int Vocabulary => Embedding.Outputs;

    /// <summary>Layers.</summary>
    public int LayerCount => Layers.Count;

    /// <summary>Width of the residual stream.</summary>
    public int Hidden => Config.Hidden;

    /// <summary>Experts of a layer that has a router; 0 for dense models.</summary>
    public int Experts => Config.Routing?.Experts ?? 0;

    /// <summary>Experts that are asked for each token; 0 for dense models.</summary>
    public int ExpertsPerToken => Config.Routing?.PerToken ?? 0;

    /// <summary>Groups that get the same number of tokens (MoGE); 0 for other models.</summary>
    public int ExpertGroups => Config.Routing?.EqualGroups ?? 0;

    /// <summary>The longest text that the model was made for, in tokens.</summary>
    public int MostPositions { get; }

    /// <summary>Tokens that end a text, as the files beside the weights say.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>The same; where the files name none, the token that the tokenizer ends a text with.</summary>
    /// <param name="tokenizer">The model's tokenizer; null where ids are given.</param>
    public IReadOnlyList<int> EndsWith(TextTokenizer? tokenizer) => Ends is [] && tokenizer?.EndOfText is { } end ? [end] : Ends;

    /// <summary>Bytes of the weight files, which are mapped into memory and not copied.</summary>
    public long WeightBytes => _weights.Checkpoint.Files.Sum(file => file.Length);

    internal RunConfig Config { get; }

    internal Weight Embedding { get; }

    internal Weight? Positions { get; }

    internal IReadOnlyList<DecoderLayer> Layers { get; }

    internal Norm FinalNorm { get; }

    internal Linear Head { get; }

    /// <summary>Opens a folder with weights and config.json, or a GGUF file; reads gains and biases, and only maps the rest.</summary>
    /// <exception cref="StemmaException">The input was refused, or asks for something that is not computed here: nothing is computed almost.</exception>
    public static Transformer Open(string path)
    {
        var weights = ModelWeights.Open(path);
        try
        {
            return new(weights, path);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that the past of a text takes, see <see cref="Start"/>.</summary>
    /// <param name="capacity">Tokens.</param>
    public long CacheBytes(int capacity) => Layers.Sum(layer => layer.Attention.CacheBytes(capacity));

    /// <summary>Starts a run.</summary>
    /// <param name="capacity">The most tokens it will hold, prompt and answer together; the memory for them is taken now, see <see cref="CacheBytes"/>.</param>
    /// <param name="observers">Who looks on; null for nobody.</param>
    /// <exception cref="StemmaException"><see cref="FaultCode.RunTooLong"/> when the model was not made for so many.</exception>
    public Run Start(int capacity, RunObservers? observers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (capacity > MostPositions)
            throw new StemmaException(FaultCode.RunTooLong, "", null, $"{capacity} tokens", $"at most {MostPositions}, for which the model was made", "Use a shorter text");
        return new(this, capacity, observers ?? RunObservers.None);
    }

    /// <summary>Closes the files; runs must be over.</summary>
    public void Dispose() => _weights.Dispose();

    private Linear HeadOf(WeightBook book, string model)
    {
        var stored = book.Has(TensorRole.LmHead);
        if (!stored && Config.TiedHead == false) throw new StemmaException(FaultCode.RunIncomplete, model, null, "there is no head, and the configuration says that it is not tied", "a head", "Complete the checkpoint");
        // A head that is stored though the configuration ties it is the embedding's double; asking for it marks it as used.
        var own = stored ? book.Linear(TensorRole.LmHead, Vocabulary, Config.Hidden, TensorPart.NoLayer) : null;
        return own is null || Config.TiedHead == true ? new Linear(Embedding, null) : own;
    }

    /// <summary>Adapters without their base, and packed numbers whose scales nobody applied, are no weights.</summary>
    private static void RefuseParts(ModelWeights weights, string model)
    {
        if (weights.Anatomy.Notices.FirstOrDefault(notice => notice.Code is "adapter" or "quantised") is { } notice)
            throw new StemmaException(FaultCode.RunUnsupported, model, null, notice.Text, "whole weights");
        if (weights.Anatomy.Architecture is "inferred" or "unknown")
            throw new StemmaException(FaultCode.RunUnsupported, model, null, "the tensors' names belong to no known architecture", "names of a known architecture");
    }
}
