using System.Net;
using Stemma.Checkpoints.Remote;
using Stemma.Cli;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Checkpoints.Remote;

public sealed class HubNameTests
{
    [Theory]
    [InlineData("hub:Qwen/Qwen2.5-14B", "Qwen/Qwen2.5-14B", null, "main")]
    [InlineData("hub:gpt2", "gpt2", null, "main")]
    [InlineData("hub:a/b@refs/pr/3", "a/b", null, "refs/pr/3")]
    [InlineData("hub:a/b/model.safetensors@v1.0", "a/b", "model.safetensors", "v1.0")]
    [InlineData("hub:a/b/original", "a/b", "original", "main")]
    [InlineData("hub:a/b/UD-Q4_K_XL/m-00001-of-00002.gguf@v1.0", "a/b", "UD-Q4_K_XL/m-00001-of-00002.gguf", "v1.0")]
    public void A_name_has_its_parts(string name, string repository, string? place, string revision)
    {
        var id = HubId.Parse(name);
        Assert.Equal((repository, place, revision), (id.Repository, id.Place, id.Revision));
        Assert.Equal(id, HubId.Parse(id.ToString()));
    }

    [Theory]
    [InlineData("hub:")]
    [InlineData("hub:a/../b")]
    [InlineData("hub:a/b/c/../d")]
    [InlineData("hub:a/b//c")]
    [InlineData("hub:a/b/c/")]
    [InlineData("hub:a/b/.git/config")]
    [InlineData("hub:1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19")]
    [InlineData("hub:a/b@")]
    [InlineData("hub:a/b@../../x")]
    [InlineData("hub:a/b?x=1")]
    [InlineData("hub:a b/c")]
    [InlineData("hub:a/b\n")]
    [InlineData("hub://host/a")]
    public void What_is_no_name_is_refused(string name) => Assert.Equal(FaultCode.HubNameInvalid, Assert.Throws<StemmaException>(() => HubId.Parse(name)).Fault.Code);

    [Theory]
    [InlineData("hub:Qwen/Qwen2.5-14B", "Qwen2.5-14B")]
    [InlineData("hub:a/b@v2", "b@v2")]
    [InlineData("hub:a/b@0123456789abcdef0123456789abcdef01234567", "b@0123456789ab")]
    [InlineData("/cache/models--Qwen--Qwen2.5-14B", "Qwen/Qwen2.5-14B")]
    public void A_report_calls_it_by_its_name(string path, string name) => Assert.Equal(name, ModelNames.Of(path));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("::127.0.0.1", false)]
    public void Only_addresses_of_the_internet_are_public(string address, bool isPublic) => Assert.Equal(isPublic, AddressRules.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void The_environment_says_where_the_hub_is_and_who_asks()
    {
        using var folder = new TempFolder();
        folder.Write("home/token", "hf_of_file\n"u8.ToArray());
        folder.Write("elsewhere", "hf_elsewhere"u8.ToArray());
        var plain = Of();
        Assert.Equal((new Uri("https://huggingface.co/"), null, false, false), (plain.Endpoint, plain.Token, plain.Offline, plain.AllowPrivateAddresses));
        Assert.Equal("hf_of_file", Of(("HF_HOME", folder["home"])).Token);
        Assert.Equal("hf_elsewhere", Of(("HF_HOME", folder["home"]), ("HF_TOKEN_PATH", folder["elsewhere"])).Token);
        Assert.Equal("a", Of(("HF_HOME", folder["home"]), ("HF_TOKEN", "a"), ("HUGGING_FACE_HUB_TOKEN", "b")).Token);
        Assert.Equal("b", Of(("HUGGING_FACE_HUB_TOKEN", "b")).Token);
        Assert.Equal(Path.Combine(folder["home"], "hub"), Of(("HF_HOME", folder["home"])).CacheFolder);
        Assert.Equal("/c", Of(("HF_HOME", folder["home"]), ("HF_HUB_CACHE", "/c")).CacheFolder);
        Assert.Equal("/x/huggingface/hub", Of(("XDG_CACHE_HOME", "/x"), ("HOME", "/h")).CacheFolder);
        Assert.Equal("/h/.cache/huggingface/hub", Of(("HOME", "/h")).CacheFolder);
        Assert.True(Of(("HF_HUB_OFFLINE", "1")).Offline);
        Assert.False(Of(("HF_HUB_OFFLINE", "0")).Offline);
        Assert.Equal(new Uri("https://mirror.example/hf/"), Of(("HF_ENDPOINT", "https://mirror.example/hf")).Endpoint);
        Assert.Equal(FaultCode.HubNameInvalid, Assert.Throws<StemmaException>(() => Of(("HF_ENDPOINT", "ftp://x"))).Fault.Code);
    }

    private static HubSettings Of(params (string Name, string Value)[] set) => HubSettings.Of(name => Array.Find(set, one => one.Name == name).Value);
}
