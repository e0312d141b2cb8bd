using Stemma.Tests.Support;

namespace Stemma.Tests.Arrows;

public sealed class ArrowTests
{
    /// <summary>Each room may use only those before it.</summary>
    private static readonly string[] Rooms =
        ["Foundation", "Checkpoints", "Anatomy", "Sketching", "Fingerprints", "Comparing", "Judging", "Deriving", "Running", "Benching", "Auditing", "Reporting"];

    [Fact]
    public void No_room_uses_a_room_that_comes_after_it()
    {
        var files = Repository.Sources("src/Stemma").Select(file => (Path.GetRelativePath(Repository.At("src", "Stemma"), file).Replace('\\', '/'), File.ReadAllText(file))).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(new ArrowScanner(Rooms, files).Violations());
    }

    [Fact]
    public void No_project_opens_a_room_for_all_its_files() =>
        Assert.All(Repository.Sources("src", "*.csproj"), file => Assert.DoesNotContain("<Using ", File.ReadAllText(file)));

    [Theory]
    [InlineData("using Stemma.Judging;")]
    [InlineData("using static Stemma.Judging.Verdict;")]
    [InlineData("using V = Stemma.Judging.Verdict;")]
    [InlineData("class A { Stemma.Judging.Verdict v; }")]
    [InlineData("class A { global::Stemma.Judging.Verdict v; }")]
    [InlineData("class A { Judging.Verdict v; }")]
    [InlineData("class A { List<Judging.Verdict> v; }")]
    [InlineData("class A { Judging . Verdict v; }")]
    [InlineData("class A { void B() { Engine.Compare(); } }")]
    [InlineData("global using Stemma.Foundation;")]
    public void Scanner_catches_a_planted(string code) => Assert.NotEmpty(Scan("Comparing/A.cs", "namespace Stemma.Comparing; " + code));

    [Theory]
    [InlineData("namespace Stemma.Judging; class A { }")]
    [InlineData("namespace Stemma; class A { }")]
    public void Scanner_catches_a_file_in_the_wrong_room(string code) => Assert.NotEmpty(Scan("Comparing/A.cs", code));

    [Fact]
    public void Scanner_catches_a_room_without_a_place() => Assert.NotEmpty(Scan("Guessing/A.cs", "namespace Stemma.Guessing; class A { }"));

    [Theory]
    [InlineData("using Stemma.Foundation;")]
    [InlineData("class A { int Judging; int B() => Judging.CompareTo(1); }")]
    [InlineData("class A { int B(A other) => other.Judging.Verdict; }")]
    [InlineData("// as Stemma.Judging.Verdict does")]
    [InlineData("/* Judging.Verdict */")]
    [InlineData("class A { string B = \"Judging.Verdict\"; }")]
    [InlineData("class A { string B = \"\"\"\nusing Stemma.Judging;\n\"\"\"; }")]
    [InlineData("class SearchEngine { } class A { int B() => SearchEngine.Count; }")]
    public void Scanner_does_not_trip_on(string code) => Assert.Empty(Scan("Comparing/A.cs", "namespace Stemma.Comparing; " + code));

    private static IReadOnlyList<string> Scan(string path, string code) =>
        new ArrowScanner(Rooms, [(path, code), ("Judging/Verdict.cs", "namespace Stemma.Judging; public sealed record Verdict { }")]).Violations();
}
