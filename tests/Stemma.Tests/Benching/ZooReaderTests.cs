using System.Text;
using Stemma.Benching;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Benching;

public sealed class ZooReaderTests
{
    private const string Family = """
        {"models":[
          {"name":"grandchild","kind":"int4","parents":["child"],"roots":["base"],"operations":["quantised"]},
          {"name":"base","kind":"from-scratch","parents":[],"roots":["base"],"operations":[]},
          {"name":"child","kind":"grow","parents":["base"],"roots":["base"],"operations":["layers-added"],"layer_maps":{"base":[0,1,1,null]},"detail":{"loss":3}},
          {"name":"stack","kind":"frankenmerge","parents":["child","stranger"],"roots":["base","stranger"],"operations":[]},
          {"name":"stranger","kind":"from-scratch","parents":[],"roots":["stranger"],"operations":[]},
          {"name":"twin","kind":"from-scratch","parents":[],"roots":["twin"],"operations":[],"same_seed_as":"base"},
          {"name":"twins-child","kind":"fine-tune","parents":["twin"],"roots":["twin"],"operations":["fine-tune"]}
        ]}
        """;

    [Fact]
    public void A_family_is_read_with_its_relations()
    {
        var zoo = Read(Family);
        Assert.Equal(7, zoo.Models.Count);
        Assert.Equal([0, 1, 1, null], zoo["child"].LayerMaps["base"]);
        Assert.Equal(PairClass.Related, Class("grandchild", "base"));
        Assert.Equal(PairClass.Related, Class("stack", "stranger"));
        Assert.Equal(PairClass.Unrelated, Class("stranger", "base"));
        Assert.Equal(PairClass.SameSeed, Class("twin", "base"));
        // A twin's child has the seed of the base and of all that came from it, and no more.
        Assert.Equal(PairClass.SameSeed, Class("twins-child", "grandchild"));
        Assert.Equal(PairClass.Unrelated, Class("twins-child", "stranger"));

        PairClass Class(string a, string b)
        {
            Assert.Equal(zoo.ClassOf(zoo[a], zoo[b]), zoo.ClassOf(zoo[b], zoo[a]));
            return zoo.ClassOf(zoo[a], zoo[b]);
        }
    }

    [Fact]
    public void Every_pair_stands_once_and_the_child_is_the_subject()
    {
        var pairs = Read(Family).Pairs().Select(p => (p.Subject.Name, p.Reference.Name)).ToList();
        Assert.Equal(21, pairs.Count);
        Assert.Equal(21, pairs.Select(p => string.CompareOrdinal(p.Item1, p.Item2) < 0 ? p : (p.Item2, p.Item1)).Distinct().Count());
        Assert.Contains(("grandchild", "base"), pairs);
        Assert.Contains(("stack", "base"), pairs);
        Assert.Contains(("stranger", "base"), pairs);
    }

    [Fact]
    public void The_way_from_an_ancestor_names_every_step()
    {
        var zoo = Read(Family);
        Assert.Equal(["child", "grandchild"], zoo.PathFrom(zoo["grandchild"], zoo["base"])!.Select(m => m.Name));
        Assert.Null(zoo.PathFrom(zoo["base"], zoo["grandchild"]));
        var part = zoo.Only("grandchild", "base");
        Assert.Single(part.Pairs());
        Assert.True(part.Descends(part["grandchild"], part["base"]));
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("[]", "no list of models")]
    [InlineData("""{"models":7}""", "no list of models")]
    [InlineData("""{"models":[]}""", "0 models")]
    [InlineData("""{"models":[7]}""", "a model is Number")]
    [InlineData("""{"models":[{"kind":"x"}]}""", "without a name")]
    [InlineData("""{"models":[{"name":"base","kind":"x","roots":["base"],"operations":[]}]}""", "without parents")]
    [InlineData("""{"models":[{"name":"base","kind":"x","parents":[7],"roots":["base"],"operations":[]}]}""", "parents holds Number")]
    [InlineData("""{"models":[{"name":"base","kind":7,"parents":[],"roots":["base"],"operations":[]}]}""", "kind is Number")]
    [InlineData("""{"models":[{"name":"base","parents":["nobody"],"roots":["base"],"operations":[]}]}""", "base speaks of nobody")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["nobody"],"operations":[]}]}""", "base speaks of nobody")]
    [InlineData("""{"models":[{"name":"base","parents":["base"],"roots":["base"],"operations":[]}]}""", "base descends from itself")]
    [InlineData("""{"models":[{"name":"base","parents":["child"],"roots":["base"],"operations":[]},{"name":"child","parents":["base"],"roots":["base"],"operations":[]}]}""", "descends from itself")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[]},{"name":"base","parents":[],"roots":["base"],"operations":[]}]}""", "two models called base")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[]},{"name":"child","parents":["base"],"roots":["child"],"operations":[]}]}""", "child has the roots child")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[],"same_seed_as":"base"}]}""", "goes round in a circle")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[]},{"name":"child","parents":["base"],"roots":["base"],"operations":[],"same_seed_as":"base"}]}""", "a seed of its own")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[],"layer_maps":{"base":[0]}}]}""", "layer map to base")]
    [InlineData("""{"models":[{"name":"base","parents":[],"roots":["base"],"operations":[]},{"name":"child","parents":["base"],"roots":["base"],"operations":[],"layer_maps":{"base":[-1]}}]}""", "layer -1")]
    public void A_descent_that_cannot_be_is_refused(string json, string found)
    {
        var fault = Assert.Throws<StemmaException>(() => Read(json)).Fault;
        Assert.Equal(FaultCode.ZooInvalid, fault.Code);
        Assert.Equal("zoo.json", fault.File);
        Assert.Contains(found, found == "JSON" ? fault.Allowed : fault.Found);
    }

    [Fact]
    public void A_missing_model_and_a_missing_zoo_are_named()
    {
        using var folder = new TempFolder();
        Assert.Equal(FaultCode.NotFound, Assert.Throws<StemmaException>(() => ZooReader.Read(folder.Root)).Fault.Code);
        folder.Write("zoo.json", Encoding.UTF8.GetBytes(Family));
        var fault = Assert.Throws<StemmaException>(() => ZooReader.Read(folder.Root)).Fault;
        Assert.Equal((FaultCode.NotFound, "grandchild"), (fault.Code, fault.File));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../elsewhere")]
    [InlineData("")]
    public void A_model_does_not_climb_out_of_its_zoo(string name) => Assert.Equal(FaultCode.UnsafeName, Assert.Throws<StemmaException>(() =>
        Read($$"""{"models":[{"name":"{{name}}","parents":[],"roots":["{{name}}"],"operations":[]}]}""")).Fault.Code);

    private static ModelZoo Read(string json)
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "base", "child", "grandchild", "stack", "stranger", "twin", "twins-child" }) Directory.CreateDirectory(folder[name]);
        folder.Write("zoo.json", Encoding.UTF8.GetBytes(json));
        return ZooReader.Read(folder.Root);
    }
}
