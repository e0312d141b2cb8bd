using System.Text.Json;
using Stemma.Checkpoints.Safetensors;
using Stemma.Fingerprints;
using Stemma.Foundation.Linear;

namespace Stemma.Tests.Support;

/// <summary>
/// A checkpoint of a few thousand numbers in Qwen2 naming, that can be changed in every way that a model is changed, written to a folder and sketched.
/// Nothing is trained: gains and biases are drawn as if training had written them.
/// </summary>
internal sealed partial class TinyModel
{
    public const int Hidden = 64, Heads = 8, KvHeads = 4, HeadDim = 8, Vocabulary = 192;

    private readonly SortedDictionary<string, (long[] Shape, float[] Numbers)> _tensors = new(StringComparer.Ordinal);

    public TinyModel(int seed, int layers = 5, int ffn = 96)
    {
        var dice = new Dice(seed);
        (Layers, Ffn) = (layers, ffn);
        Matrix("model.embed_tokens.weight", Vocabulary, Hidden);
        Matrix("lm_head.weight", Vocabulary, Hidden);
        Gain("model.norm.weight");
        for (var layer = 0; layer < layers; layer++)
        {
            Gain(Name(layer, "input_layernorm"));
            Gain(Name(layer, "post_attention_layernorm"));
            Matrix(Name(layer, "self_attn.q_proj"), Heads * HeadDim, Hidden);
            Matrix(Name(layer, "self_attn.k_proj"), KvHeads * HeadDim, Hidden);
            Matrix(Name(layer, "self_attn.v_proj"), KvHeads * HeadDim, Hidden);
            Matrix(Name(layer, "self_attn.o_proj"), Hidden, Heads * HeadDim);
            Matrix(Name(layer, "mlp.gate_proj"), ffn, Hidden);
            Matrix(Name(layer, "mlp.up_proj"), ffn, Hidden);
            Matrix(Name(layer, "mlp.down_proj"), Hidden, ffn);
            foreach (var (role, rows) in new[] { ("q", Heads), ("k", KvHeads), ("v", KvHeads) })
                _tensors[$"model.layers.{layer}.self_attn.{role}_proj.bias"] = ([rows * HeadDim], dice.Normals(rows * HeadDim, 0.1));
        }

        void Matrix(string name, int rows, int columns) => _tensors[name] = ([rows, columns], dice.Normals(rows * columns, 0.05));

        void Gain(string name) => _tensors[name] = ([Hidden], Array.ConvertAll(dice.Normals(Hidden, 0.1), g => 1 + g));
    }

    private TinyModel(TinyModel of, int layers)
    {
        (Layers, Ffn, _type) = (layers, of.Ffn, of._type);
        foreach (var (name, (shape, numbers)) in of._tensors) _tensors[name] = (shape, [.. numbers]);
    }

    public int Layers { get; }
    public int Ffn { get; private init; }

    /// <summary>Trained on: matrices keep one cosine with what they were, gains and biases another.</summary>
    public TinyModel Trained(int seed, double matrices, double learned)
    {
        var dice = new Dice(seed);
        return Changed((name, numbers) =>
        {
            var (centre, scale) = IsGain(name) ? (1f, 0.1f) : name.EndsWith(".bias", StringComparison.Ordinal) ? (0f, 0.1f) : (0f, 0.05f);
            var cosine = scale < 0.1f ? matrices : learned;
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = centre + (float)((cosine * (numbers[i] - centre)) + (Math.Sqrt(1 - (cosine * cosine)) * scale * dice.Normal()));
        });
    }

    /// <summary>The units of every FFN in another order.</summary>
    public TinyModel WithUnitsReordered(int seed)
    {
        var dice = new Dice(seed);
        var changed = new TinyModel(this, Layers);
        for (var layer = 0; layer < Layers; layer++)
        {
            var order = dice.Order(Ffn);
            changed.Reorder(Name(layer, "mlp.gate_proj"), order, rows: true);
            changed.Reorder(Name(layer, "mlp.up_proj"), order, rows: true);
            changed.Reorder(Name(layer, "mlp.down_proj"), order, rows: false);
        }

        return changed;
    }

    /// <summary>The residual dimensions of the whole model in another order.</summary>
    public TinyModel WithResidualReordered(int seed)
    {
        var order = new Dice(seed).Order(Hidden);
        var changed = new TinyModel(this, Layers);
        foreach (var name in _tensors.Keys)
        {
            if (name.EndsWith(".bias", StringComparison.Ordinal)) continue;
            changed.Reorder(name, order, rows: name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal));
        }

        return changed;
    }

    /// <summary>The residual stream turned by a random rotation, the gains folded into the matrices behind them: the same function.</summary>
    public TinyModel WithResidualRotated(int seed)
    {
        var drawn = new Matrix(Hidden, Hidden);
        new Dice(seed).Normals(Hidden * Hidden).CopyTo(drawn.Data, 0);
        var rotation = Polar.Factor(drawn);
        var changed = new TinyModel(this, Layers);
        foreach (var (name, (shape, numbers)) in _tensors)
        {
            if (IsGain(name)) Array.Fill(changed._tensors[name].Numbers, 1f);
            if (IsLearned(name)) continue;
            var matrix = new Matrix((int)shape[0], (int)shape[1]);
            numbers.CopyTo(matrix.Data, 0);
            var writes = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            if (!writes && GainBefore(name) is { } gain) matrix.ScaleColumns(gain);
            // A row x of what reads the stream becomes x R, a column of what writes it likewise.
            var turned = writes ? Products.TransposedMultiply(rotation, matrix) : Products.Multiply(matrix, rotation);
            turned.Data.CopyTo(changed._tensors[name].Numbers, 0);
        }

        return changed;
    }

    /// <summary>Gains multiplied and the matrices behind them divided by powers of two: the same function, to the bit.</summary>
    public TinyModel WithGainsTraded(int seed)
    {
        var dice = new Dice(seed);
        var factors = Enumerable.Range(0, Layers * 2).Select(_ => Enumerable.Range(0, Hidden).Select(_ => (float)Math.Pow(2, dice.Below(5) - 2)).ToArray()).ToArray();
        return Changed((name, numbers) =>
        {
            if (!name.StartsWith("model.layers.", StringComparison.Ordinal)) return;
            var layer = int.Parse(name.Split('.')[2]);
            var (attention, ffn) = (factors[2 * layer], factors[(2 * layer) + 1]);
            var factor = name switch
            {
                _ when name.Contains("input_layernorm", StringComparison.Ordinal) => attention,
                _ when name.Contains("post_attention_layernorm", StringComparison.Ordinal) => ffn,
                _ when name.EndsWith("q_proj.weight", StringComparison.Ordinal) || name.EndsWith("k_proj.weight", StringComparison.Ordinal) || name.EndsWith("v_proj.weight", StringComparison.Ordinal) => attention,
                _ when name.Contains("gate_proj", StringComparison.Ordinal) || name.Contains("up_proj", StringComparison.Ordinal) => ffn,
                _ => null,
            };
            for (var i = 0; factor is not null && i < numbers.Length; i++) numbers[i] = IsGain(name) ? numbers[i] * factor[i] : numbers[i] / factor[i % Hidden];
        });
    }

    /// <summary>Tensors that anybody's model holds: masks, rotary tables, zeros.</summary>
    public TinyModel WithCommonMaterial()
    {
        var changed = new TinyModel(this, Layers);
        for (var layer = 0; layer < Layers; layer++)
        {
            var mask = Enumerable.Range(0, 256).Select(i => i % 16 <= i / 16 ? 1f : 0f).ToArray();
            changed._tensors[$"model.layers.{layer}.self_attn.mask"] = ([16, 16], mask);
            changed._tensors[$"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = ([4], [1f, 0.1f, 0.01f, 0.001f]);
        }

        return changed;
    }

    /// <summary>A model of the given layers of this one.</summary>
    public TinyModel WithLayers(params int[] kept)
    {
        var changed = new TinyModel(this, kept.Length);
        foreach (var name in _tensors.Keys.Where(n => n.StartsWith("model.layers.", StringComparison.Ordinal))) changed._tensors.Remove(name);
        for (var to = 0; to < kept.Length; to++)
            foreach (var name in _tensors.Keys.Where(n => n.StartsWith($"model.layers.{kept[to]}.", StringComparison.Ordinal)))
                changed._tensors[name.Replace($"layers.{kept[to]}.", $"layers.{to}.", StringComparison.Ordinal)] = _tensors[name];
        return changed;
    }

    /// <summary>The model with some tensors changed in place.</summary>
    public TinyModel Changed(Action<string, float[]> change)
    {
        var changed = new TinyModel(this, Layers);
        foreach (var (name, (_, numbers)) in changed._tensors) change(name, numbers);
        return changed;
    }

    public static bool IsGain(string name) => name.EndsWith("norm.weight", StringComparison.Ordinal);

    public static bool IsLearned(string name) => IsGain(name) || name.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>Writes the checkpoint to a folder of its own and sketches it.</summary>
    /// <param name="name">Name of the folder.</param>
    /// <param name="tokens">The vocabulary that stands beside it; none when null.</param>
    public Fingerprint Sketch(string name = "tiny", IEnumerable<string>? tokens = null)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder.At(name));
        if (tokens is not null) File.WriteAllText(Path.Combine(path, "vocab.json"), JsonSerializer.Serialize(tokens.Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id)));
        return Engine.Fingerprint(path, new() { Threads = 1 });
    }

    /// <summary>Writes the checkpoint to a folder in another, and gives its path.</summary>
    public string WriteTo(TemporaryFolder folder, string name) => Write(folder.At(name));

    /// <summary>Writes the checkpoint to a folder, which is made, and gives its path.</summary>
    public string Write(string path)
    {
        Directory.CreateDirectory(path);
        using (var file = File.Create(Path.Combine(path, "model.safetensors")))
        {
            SafetensorsWriter.Write(file, [.. _tensors.Select(t => (
                new SafetensorsTensor(t.Key, _type, t.Value.Shape), (ReadOnlyMemory<byte>)Encode(t.Value.Numbers)))]);
        }

        File.WriteAllText(Path.Combine(path, "config.json"), $$"""
            {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":{{Hidden}},"num_hidden_layers":{{Layers}},"num_attention_heads":{{Heads}},
             "num_key_value_heads":{{KvHeads}},"head_dim":{{HeadDim}},"intermediate_size":{{Ffn}},"vocab_size":{{Vocabulary}},"tie_word_embeddings":false}
            """);
        return path;
    }

    /// <summary>The gain that scales what a matrix reads; null for the embedding.</summary>
    private float[]? GainBefore(string name)
    {
        if (name.StartsWith("lm_head", StringComparison.Ordinal)) return _tensors["model.norm.weight"].Numbers;
        if (!name.StartsWith("model.layers.", StringComparison.Ordinal)) return null;
        var norm = name.Contains("self_attn", StringComparison.Ordinal) ? "input_layernorm" : "post_attention_layernorm";
        return _tensors[Name(int.Parse(name.Split('.')[2]), norm)].Numbers;
    }

    private static string Name(int layer, string module) => $"model.layers.{layer}.{module}.weight";

    private void Reorder(string name, int[] order, bool rows)
    {
        var (shape, old) = _tensors[name];
        var columns = (int)shape[^1];
        _tensors[name] = (shape, [.. Enumerable.Range(0, old.Length).Select(i => rows ? old[(order[i / columns] * columns) + (i % columns)] : old[(i / columns * columns) + order[i % columns]])]);
    }
}
