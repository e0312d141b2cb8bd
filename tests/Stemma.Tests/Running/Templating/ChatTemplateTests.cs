using System.Text.Json;
using Stemma.Foundation;
using Stemma.Running.Templating;
using Stemma.Tests.Anatomy;
using Stemma.Tests.Support;

namespace Stemma.Tests.Running.Templating;

public sealed class ChatTemplateTests
{
    private static readonly Dictionary<string, string> Tokens = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
    private static readonly JsonElement Rendered = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Stemma.Tests", "Running", "Templating", "rendered.json"))).RootElement;

    public static TheoryData<string> Shapes => [.. Rendered.GetProperty("shapes").EnumerateObject().Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_familys_template_gives_what_jinja_gives(string shape)
    {
        var template = ChatTemplate.Parse("t", Rendered.GetProperty("shapes").GetProperty(shape).GetString()!, Tokens);
        var cases = Rendered.GetProperty("cases").EnumerateArray().Where(each => each.GetProperty("shape").GetString() == shape).ToList();
        Assert.NotEmpty(cases);
        foreach (var each in cases)
        {
            var messages = Rendered.GetProperty("conversations").GetProperty(each.GetProperty("conversation").GetString()!).EnumerateArray()
                .Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!)).ToList();
            var variables = new Dictionary<string, JsonElement>();
            if (each.GetProperty("tools").GetBoolean()) (variables["tools"], variables["enable_thinking"]) = (Rendered.GetProperty("tools"), JsonSerializer.SerializeToElement(false));
            string Render() => template.Render(messages, each.GetProperty("prompt").GetBoolean(), variables);
            if (each.TryGetProperty("refused", out var refused)) Assert.Contains(refused.GetString()!, Fault(Render).Found, StringComparison.Ordinal);
            else Assert.Equal(each.GetProperty("text").GetString(), Render());
        }
    }

    [Fact]
    public void What_a_message_says_is_never_run()
    {
        var template = ChatTemplate.Parse("t", "{{ messages[0].content }}");
        Assert.Equal("{{ bos_token }}{% raise %}", template.Render([new("user", "{{ bos_token }}{% raise %}")]));
    }

    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}")]
    [InlineData("{{ 'x' * 9999999999 }}")]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.replace('a', 'x' * 9000000) }}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    public void A_template_without_end_is_stopped(string text) => Assert.Equal(FaultCode.TemplateTooLong, Fault(() => ChatTemplate.Parse("t", text).Render([])).Code);

    [Fact]
    public void Deep_nesting_is_stopped()
    {
        foreach (var text in new[] { "{{ " + new string('(', 50_000) + "1" + new string(')', 50_000) + " }}", "{{ " + string.Concat(Enumerable.Repeat("not ", 100_000)) + "x }}", "{{ " + new string('-', 100_000) + "1 }}",
            string.Concat(Enumerable.Repeat("{% if x %}", 100_000)) })
            Assert.Equal(FaultCode.TemplateTooLong, Fault(() => ChatTemplate.Parse("t", text)).Code);
        var wide = "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 100_000)) + " }}";
        Assert.Equal(FaultCode.TemplateTooLong, Fault(() => ChatTemplate.Parse("t", wide).Render([])).Code);
    }

    [Theory]
    [InlineData("a\n{% include 'x' %}", "line 2", "include")]
    [InlineData("{% import 'os' as os %}", "line 1", "import")]
    [InlineData("{{ x|attr('y') }}", "line 1", "attr")]
    [InlineData("{{ 1 is prime }}", "line 1", "prime")]
    [InlineData("\n\n{{ strftime_now('%Y') }}", "line 3", "strftime_now")]
    [InlineData("{{ [].append(1) }}", "line 1", "append")]
    [InlineData("{{ ''.__class__() }}", "line 1", "__class__")]
    public void What_is_not_run_is_refused_by_name_and_line(string text, string line, string name)
    {
        var fault = Fault(() => ChatTemplate.Parse("t", text).Render([]));
        Assert.Equal(FaultCode.TemplateUnsupported, fault.Code);
        Assert.Contains(line, fault.Found, StringComparison.Ordinal);
        Assert.Contains(name, fault.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% if x %}")]
    [InlineData("{% endfor %}")]
    [InlineData("{{ 'a }}")]
    [InlineData("{{ }}")]
    [InlineData("{{ a b }}")]
    [InlineData("{% for in x %}{% endfor %}")]
    [InlineData("{{ x.y.z }}")]
    [InlineData("{{ 1 + 'a' }}")]
    [InlineData("{{ 1 // 0 }}")]
    [InlineData("{% set x.y = 1 %}")]
    [InlineData("{# a")]
    public void A_broken_template_is_a_typed_fault(string text) => Assert.Equal(FaultCode.TemplateInvalid, Fault(() => ChatTemplate.Parse("t", text).Render([])).Code);

    [Fact]
    public void Cut_and_changed_templates_give_text_or_a_typed_fault_and_nothing_else()
    {
        var seed = Rendered.GetProperty("shapes").GetProperty("macros and filters").GetString()!;
        var dice = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var letters = seed[..dice.Next(seed.Length)].ToCharArray();
            for (var i = 0; i < 2 && letters.Length > 0; i++) letters[dice.Next(letters.Length)] = seed[dice.Next(seed.Length)];
            var thrown = Record.Exception(() => ChatTemplate.Parse("t", new string(letters)).Render([new("user", "x")]));
            Assert.True(thrown is null or StemmaException, thrown + "\n" + new string(letters));
        }
    }

    [Fact]
    public void The_file_of_its_own_counts_before_the_settings()
    {
        using var folder = new CompanionFolder();
        Assert.Null(ChatTemplate.Open(folder.Path));
        folder.With("tokenizer_config.json", """{"bos_token":{"content":"<s>"},"chat_template":[{"name":"tool_use","template":"t"},{"name":"default","template":"{{ bos_token }}d"}]}""");
        Assert.Equal("<s>d", ChatTemplate.Open(folder.Path)!.Render([]));
        folder.With("chat_template.jinja", "{{ bos_token }}j");
        Assert.Equal(("<s>j", "chat_template.jinja"), (ChatTemplate.Open(folder.Path)!.Render([]), ChatTemplate.Open(folder.Path)!.Source));
    }

    private static Fault Fault(Func<object?> act) => Assert.Throws<StemmaException>(act).Fault;
}
