using System.Buffers.Binary;
using System.Text;
using Stemma.Foundation;
using Stemma.Judging;

namespace Stemma.Tests.Checkpoints.Remote;

/// <summary>A checkpoint in the shape of a model of 14 thousand million parameters, of which nothing exists but a rule that gives the byte at any place.</summary>
internal sealed class SparseModel(ulong seed, int layers)
{
    private const int Hidden = 5120, Ffn = 13824, KeyValue = 1024, Vocabulary = 152064;

    /// <summary>The shards of a folder as a hub lists them: one per layer, and one for the vocabulary.</summary>
    public IEnumerable<(string Name, HubBlob File)> Files()
    {
        var index = new StringBuilder();
        for (var shard = 0; shard <= layers; shard++)
        {
            var name = $"model-{shard + 1:00000}-of-{layers + 1:00000}.safetensors";
            var tensors = Tensors(shard).ToList();
            foreach (var (tensor, _) in tensors) index.Append(index.Length == 0 ? "" : ",").Append($"\"{tensor}\":\"{name}\"");
            yield return (name, Shard(tensors, (ulong)shard));
        }

        yield return ("model.safetensors.index.json", HubBlob.Of(Encoding.UTF8.GetBytes($$$"""{"weight_map":{{{{index}}}}}""")) with { Large = false });
        yield return ("config.json", HubBlob.Of(Encoding.UTF8.GetBytes($$"""
            {"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":{{Hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":40,"num_key_value_heads":8,
             "intermediate_size":{{Ffn}},"vocab_size":{{Vocabulary}},"tie_word_embeddings":false}
            """)));
    }

    private IEnumerable<(string Name, long[] Shape)> Tensors(int shard)
    {
        if (shard == layers)
        {
            yield return ("model.embed_tokens.weight", [Vocabulary, Hidden]);
            yield return ("lm_head.weight", [Vocabulary, Hidden]);
            yield return ("model.norm.weight", [Hidden]);
            yield break;
        }

        foreach (var (name, shape) in new (string, long[])[]
        {
            ("self_attn.q_proj.weight", [Hidden, Hidden]), ("self_attn.k_proj.weight", [KeyValue, Hidden]), ("self_attn.v_proj.weight", [KeyValue, Hidden]), ("self_attn.o_proj.weight", [Hidden, Hidden]),
            ("mlp.gate_proj.weight", [Ffn, Hidden]), ("mlp.up_proj.weight", [Ffn, Hidden]), ("mlp.down_proj.weight", [Hidden, Ffn]),
            ("self_attn.q_proj.bias", [Hidden]), ("self_attn.k_proj.bias", [KeyValue]), ("self_attn.v_proj.bias", [KeyValue]), ("input_layernorm.weight", [Hidden]), ("post_attention_layernorm.weight", [Hidden]),
        }) yield return ($"model.layers.{shard}.{name}", shape);
    }

    private HubBlob Shard(List<(string Name, long[] Shape)> tensors, ulong shard)
    {
        var header = new StringBuilder("{");
        long end = 0;
        foreach (var (name, shape) in tensors)
        {
            var begin = end;
            end += shape.Aggregate(2L, (product, size) => product * size);
            header.Append(header.Length == 1 ? "" : ",").Append($"\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{begin},{end}]}}");
        }

        var text = Encoding.UTF8.GetBytes(header.Append('}').ToString().PadRight((header.Length + 8) / 8 * 8));
        var head = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(head, text.Length);
        text.CopyTo(head, 8);
        var digest = $"{shard:x8}{seed:x56}";
        return new(head.Length + end, (at, into) => Fill(head, shard, at, into), digest, Large: true);
    }

    /// <summary>bfloat16 numbers of about a fiftieth, signs and digits by a hash of their place.</summary>
    private void Fill(byte[] head, ulong shard, long at, Span<byte> into)
    {
        for (var i = 0; i < into.Length;)
        {
            var place = at + i;
            if (place < head.Length)
            {
                into[i++] = head[place];
                continue;
            }

            var place8 = place - head.Length;
            if (place8 % 8 == 0 && into.Length - i >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(into[i..], Numbers(shard, place8 / 8));
                i += 8;
            }
            else
            {
                into[i++] = (byte)(Numbers(shard, place8 / 8) >> (8 * (int)(place8 % 8)));
            }
        }
    }

    /// <summary>Four numbers: exponent fixed, sign and mantissa drawn.</summary>
    private ulong Numbers(ulong shard, long word) => (SeededHash.Mix(seed + (shard << 40), (ulong)word) & 0x80FF_80FF_80FF_80FF) | 0x3C00_3C00_3C00_3C00;
}

public sealed class QuickHubTests
{
    private const string Model = "hub:org/model";

    [Fact]
    public async Task A_quick_look_at_fourteen_thousand_million_parameters_reads_less_than_a_fiftieth()
    {
        await using var hub = await Serve(1, 48);
        using var access = hub.Access();
        var quick = Engine.Fingerprint(Model, new() { Hub = access, Quick = true });
        var total = hub.Files.Values.Sum(file => file.Length);
        Assert.True(total > 29_000_000_000);
        Assert.InRange(hub.BytesSent, total / 1000, total / 50);
        Assert.InRange(quick.Sketch.Quick!.Share, 0.001, 0.02);
    }

    [Fact]
    public async Task Strangers_of_that_width_are_told_apart_and_a_copy_is_seen()
    {
        await using var first = await Serve(1, 3);
        await using var second = await Serve(2, 3);
        using var here = first.Access();
        using var there = second.Access();
        var a = Engine.Fingerprint(Model, new() { Hub = here, Quick = true });
        var b = Engine.Fingerprint(Model, new() { Hub = there, Quick = true });
        var result = Engine.Compare(a, b);
        Assert.Equal(Relation.Unrelated, result.Verdict.Relation);
        Assert.Matches("quick: [0-9.]+ % of the bytes read", result.Verdict.Summary);
        Assert.Equal(Relation.Derived, Engine.Compare(a, a with { Name = "again" }).Verdict.Relation);
    }

    private static async Task<FakeHub> Serve(ulong seed, int layers)
    {
        var hub = await FakeHub.Start();
        foreach (var (name, file) in new SparseModel(seed, layers).Files()) hub.Files[name] = file;
        return hub;
    }
}
