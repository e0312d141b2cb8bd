using System.Text;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints;

public sealed class FolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cutting_a_model_into_shards_changes_no_tensor()
    {
        var tensors = Enumerable.Range(0, 12).Select(i => SafetensorsBytes.Tensor($"layer.{i}", TensorType.BF16, [i + 1, 8], i)).ToList();
        var whole = Contents(_folder.Write("whole/model.safetensors", SafetensorsBytes.Of(tensors)));
        foreach (var shards in (int[])[1, 2, 5])
        {
            var map = new List<string>();
            for (var shard = 0; shard < shards; shard++)
            {
                var name = $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
                var part = tensors.Where((_, i) => i % shards == shard).ToList();
                _folder.Write($"indexed{shards}/{name}", SafetensorsBytes.Of(part));
                _folder.Write($"bare{shards}/{name}", SafetensorsBytes.Of(part));
                map.AddRange(part.Select(tensor => $"\"{tensor.Tensor.Name}\":\"{name}\""));
            }

            var index = $"{{\"metadata\":{{\"total_size\":{tensors.Sum(tensor => tensor.Bytes.Length)}}},\"weight_map\":{{{string.Join(',', map)}}}}}";
            _folder.Write($"indexed{shards}/model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
            Assert.Equal(whole, Contents(_folder[$"indexed{shards}"]));
            Assert.Equal(whole, Contents(_folder[$"indexed{shards}/model.safetensors.index.json"]));
            Assert.Equal(whole, Contents(_folder[$"bare{shards}"]));
        }
    }

    [Fact]
    public void Two_models_in_one_folder_are_ambiguous_and_named()
    {
        _folder.Write("a.safetensors", Model("a"));
        _folder.Write("b.safetensors", Model("b"));
        var fault = Hostile.Refused(_folder.Root, FaultCode.AmbiguousFolder);
        Assert.Contains("a.safetensors", fault.Found, StringComparison.Ordinal);
        Assert.Contains("b.safetensors", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Safetensors_are_preferred_to_PyTorch_and_the_other_file_is_told()
    {
        _folder.Write("model.safetensors", Model("a"));
        _folder.Write("pytorch_model.bin", TorchZipWriter.Checkpoint(new PickleWriter().Dict().Stop()));
        _folder.Write("model.gguf", "GGUF"u8.ToArray());
        _folder.Write("config.json", "{}"u8.ToArray());
        using var checkpoint = CheckpointOpener.Open(_folder.Root);
        Assert.Equal("safetensors", checkpoint.Format);
        Assert.Equal(["stray-file", "stray-file"], checkpoint.Notices.Select(notice => notice.Code));
        Assert.Equal(_folder.Root, checkpoint.Folder);
    }

    [Fact]
    public void A_file_with_the_usual_name_is_the_model_and_an_adapter_beside_it_is_told()
    {
        _folder.Write("adapter_model.safetensors", Model("lora"));
        _folder.Write("model.safetensors", Model("a"));
        using var checkpoint = CheckpointOpener.Open(_folder.Root);
        Assert.Equal("model.safetensors", Assert.Single(checkpoint.Files).Name);
        Assert.Contains("adapter_model", Assert.Single(checkpoint.Notices).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_training_leaves_beside_the_weights_is_not_taken_for_them()
    {
        var state = TorchZipWriter.Checkpoint(new PickleWriter().Dict(("w", pickle => pickle.Tensor("FloatStorage", "0", 1, 0, [1]))).Stop(), new byte[4]);
        foreach (var name in (string[])["pytorch_model.bin", "training_args.bin", "optimizer.pt", "rng_state.pth"]) _folder.Write(name, state);
        using var checkpoint = CheckpointOpener.Open(_folder.Root);
        Assert.Equal("pytorch_model.bin", Assert.Single(checkpoint.Files).Name);
        Assert.Equal(3, checkpoint.Notices.Count(notice => notice.Code == "training-leftover"));
    }

    [Fact]
    public void The_format_is_known_by_content_whatever_the_name()
    {
        var torch = TorchZipWriter.Checkpoint(new PickleWriter().Dict(("w", pickle => pickle.Tensor("FloatStorage", "0", 1, 0, [1]))).Stop(), new byte[4]);
        Assert.Equal("pytorch", Format(_folder.Write("liar.safetensors", torch)));
        Assert.Equal("safetensors", Format(_folder.Write("liar.bin", Model("a"))));
        Assert.Equal("safetensors", Format(_folder.Write("no-ending/weights", Model("a"))));
        Assert.Equal("safetensors", Format(_folder["no-ending"]));
    }

    [Fact]
    public void Other_zip_files_and_documents_in_the_folder_are_no_weights()
    {
        _folder.Write("model.safetensors", Model("a"));
        _folder.Write("source.zip", TorchZipWriter.Zip([new ZipPart("src/main.py", "print()"u8.ToArray())]));
        _folder.Write("README.md", "# hello"u8.ToArray());
        using var checkpoint = CheckpointOpener.Open(_folder.Root);
        Assert.Empty(checkpoint.Notices);
    }

    [Fact]
    public void A_folder_without_weights_says_what_it_saw()
    {
        _folder.Write("config.json", "{}"u8.ToArray());
        Hostile.Refused(_folder.Root, FaultCode.NoCheckpoint);
        _folder.Write("model.h5", [0x89, .. "HDF"u8]);
        Assert.Contains("model.h5", Hostile.Refused(_folder.Root, FaultCode.NoCheckpoint).Found, StringComparison.Ordinal);
        Assert.Contains("HDF5", Hostile.Refused(_folder["model.h5"], FaultCode.UnknownFormat).Found, StringComparison.Ordinal);
        Hostile.Refused(_folder["nothing"], FaultCode.NotFound);
    }

    [Fact]
    public void A_folder_with_weights_in_folders_only_says_which()
    {
        _folder.Write("README.md", "# hello"u8.ToArray());
        _folder.Write("original/model.safetensors", Model("a"));
        _folder.Write("gguf/q4/model-Q4_K_M.gguf", "GGUF"u8.ToArray());
        _folder.Write("gguf/notes.txt", "x"u8.ToArray());
        _folder.Write(".cache/model.safetensors", Model("a"));
        var fault = Hostile.Refused(_folder.Root, FaultCode.NoCheckpoint);
        Assert.Equal($"no weights here; in folders: {Path.Combine("gguf", "q4")}, original", fault.Found);
        Assert.Equal($"Name one of them, for example {_folder[Path.Combine("gguf", "q4")]}", fault.Remedy);
    }

    [Fact]
    public void A_shard_on_its_own_is_read_and_told_to_be_a_part()
    {
        var path = _folder.Write("model-00001-of-00003.safetensors", Model("a"));
        using (var checkpoint = CheckpointOpener.Open(path)) Assert.True(Assert.Single(checkpoint.Notices).LimitsCoverage);
        var fault = Hostile.Refused(_folder.Root, FaultCode.ShardMissing);
        Assert.Contains("number 2", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claimed_set_of_many_shards_costs_nothing()
    {
        _folder.Write("model-00001-of-99999.safetensors", Model("a"));
        Hostile.Refused(_folder.Root, FaultCode.ShardMissing);
    }

    [Fact]
    public void The_companion_folder_of_a_lone_file_is_known_when_there_are_companions()
    {
        var path = _folder.Write("model.safetensors", Model("a"));
        using (var alone = CheckpointOpener.Open(path)) Assert.Null(alone.Folder);
        _folder.Write("config.json", "{}"u8.ToArray());
        using var accompanied = CheckpointOpener.Open(path);
        Assert.Equal(_folder.Root, accompanied.Folder);
    }

    private static string Format(string path)
    {
        using var checkpoint = CheckpointOpener.Open(path);
        return checkpoint.Format;
    }

    private static byte[] Model(string name) => SafetensorsBytes.Of([SafetensorsBytes.Tensor(name, TensorType.F32, [2, 2])]);

    private static List<string> Contents(string path)
    {
        using var checkpoint = CheckpointOpener.Open(path);
        Assert.DoesNotContain(checkpoint.Notices, notice => notice.Code != "lone-shard");
        return [.. checkpoint.Tensors.Select(tensor => Describe(checkpoint, tensor)).Order(StringComparer.Ordinal)];
    }

    private static string Describe(Checkpoint checkpoint, TensorInfo tensor)
    {
        var bytes = new byte[tensor.ByteLength];
        checkpoint.ReadRows(tensor, 0, bytes);
        return $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)} {Xxh3.Hash128(bytes)}";
    }
}
