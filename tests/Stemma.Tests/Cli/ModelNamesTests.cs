using Stemma.Cli;
using Stemma.Foundation;

namespace Stemma.Tests.Cli;

public sealed class ModelNamesTests
{
    [Theory]
    [InlineData("/models/parent", "parent")]
    [InlineData("/models/parent/", "parent")]
    [InlineData("parent.stemma", "parent")]
    [InlineData("a/model.safetensors", "model")]
    [InlineData("a/model.safetensors.index.json", "model")]
    [InlineData("/cache/hub/models--Qwen--Qwen2.5-14B/snapshots/0123abcd", "Qwen/Qwen2.5-14B")]
    [InlineData("/", "model")]
    public void A_model_is_called_after_the_last_part_of_its_path(string path, string name) => Assert.Equal(name, ModelNames.Of(path));

    [Fact]
    public void Twins_get_as_many_folders_as_tell_them_apart() =>
        Assert.Equal(["a/model", "b/model", "other"], ModelNames.Of(["/x/a/model.safetensors", "/x/b/model.safetensors", "/x/other"]));

    [Fact]
    public void The_same_path_twice_is_numbered() => Assert.Equal(["m", "m (2)"], ModelNames.Of(["/m", "/m"]));

    [Fact]
    public void The_same_path_twice_does_not_show_the_folders_above_it() => Assert.Equal(["m", "m (2)"], ModelNames.Of(["/secret/place/m", "/secret/place/x/../m/"]));

    [Fact]
    public void Names_are_always_unique()
    {
        string[] paths = ["/a/m", "/b/m", "/a/m", "/m", "m.stemma", "/c/a/m"];
        Assert.Equal(paths.Length, ModelNames.Of(paths).Distinct().Count());
    }

    [Fact]
    public void A_path_with_a_zero_byte_is_a_usage_error() =>
        Assert.Equal(FaultCode.Usage, Assert.Throws<StemmaException>(() => ModelNames.Of("a\0b")).Fault.Code);

    [Theory]
    [InlineData("../../etc/passwd", "-..-etc-passwd.stemma")]
    [InlineData("Qwen/Qwen2.5", "Qwen-Qwen2.5.stemma")]
    [InlineData("...", "model.stemma")]
    public void A_name_cannot_climb_out_of_a_folder(string name, string file) => Assert.Equal(Path.Combine("out", file), SketchFiles.Place("out", name));
}
