using System.Text;
using Stemma.Anatomy;
using Stemma.Checkpoints;
using Stemma.Checkpoints.Tensors;
using Stemma.Foundation;
using Stemma.Running;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints;

/// <summary>The settings beside weights are read one way, whoever asks for them.</summary>
public sealed class CompanionFileTests : IDisposable
{
    private const string Settings = """{"model_type":"llama","hidden_size":64,"num_attention_heads":4,"num_hidden_layers":2,"eos_token_id":7,"_name_or_path":"org/base"}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_byte_order_mark_changes_nothing_for_any_reader()
    {
        _folder.Write("plain/config.json", Encoding.UTF8.GetBytes(Settings));
        _folder.Write("marked/config.json", [.. "\uFEFF"u8, .. Encoding.UTF8.GetBytes(Settings)]);
        var weights = SafetensorsBytes.Of([SafetensorsBytes.Tensor("a", TensorType.F32, [2])]);
        _folder.Write("plain/model.safetensors", weights);
        _folder.Write("marked/model.safetensors", weights);
        using var plain = CheckpointOpener.Open(_folder["plain"]);
        using var marked = CheckpointOpener.Open(_folder["marked"]);
        Assert.NotEmpty(DeclaredClaims.Of(plain));
        Assert.Equal(DeclaredClaims.Of(plain), DeclaredClaims.Of(marked));
        Assert.Equal(ModelConfig.Read(_folder["plain"]), ModelConfig.Read(_folder["marked"]));
        Assert.Equal([7], EndTokens.Read(_folder["marked"]));
    }

    [Fact]
    public void Settings_that_are_no_json_are_a_fault_of_the_code_that_was_asked_for()
    {
        _folder.Write("config.json", Encoding.UTF8.GetBytes(Settings[..^3]));
        var fault = Assert.Throws<StemmaException>(() => CompanionFile.ReadJson(_folder.Root, "config.json", FaultCode.AdapterInvalid)).Fault;
        Assert.Equal(FaultCode.AdapterInvalid, fault.Code);
        Assert.Equal("config.json", fault.File);
        Assert.Throws<StemmaException>(() => ModelConfig.Read(_folder.Root));
        Assert.Throws<StemmaException>(() => EndTokens.Read(_folder.Root));
    }

    [Fact]
    public void Nothing_is_read_where_nothing_is()
    {
        Assert.Null(CompanionFile.ReadJson(null, "config.json", FaultCode.ConfigInvalid));
        Assert.Null(CompanionFile.ReadJson(_folder.Root, "config.json", FaultCode.ConfigInvalid));
    }

    [Fact]
    public void A_link_out_of_the_folder_is_refused_and_one_within_it_is_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        _folder.Write("private/secret.json", Encoding.UTF8.GetBytes(Settings));
        _folder.Write("model/kept.json", Encoding.UTF8.GetBytes(Settings));
        File.CreateSymbolicLink(_folder["model/config.json"], "kept.json");
        Assert.Equal(64, ModelConfig.Read(_folder["model"]).Hidden);
        File.Delete(_folder["model/config.json"]);
        File.CreateSymbolicLink(_folder["model/config.json"], "../private/secret.json");
        Assert.Equal(FaultCode.LinkRefused, Assert.Throws<StemmaException>(() => ModelConfig.Read(_folder["model"])).Fault.Code);
    }
}
