using Stemma.Tests.Support;

namespace Stemma.Tests.House;

public sealed class FileLengthTests
{
    private const int Longest = 500;
    private const int Median = 100;

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    public void No_file_is_longer_than_a_person_can_hold(string folder) =>
        Assert.Empty(Repository.Sources(folder).Where(file => File.ReadLines(file).Count() > Longest).Select(file => Path.GetRelativePath(Repository.Root, file)));

    [Fact]
    public void The_usual_file_is_short()
    {
        var lengths = Repository.Sources("src").Select(file => File.ReadLines(file).Count()).Order().ToList();
        Assert.True(lengths[lengths.Count / 2] < Median, $"median {lengths[lengths.Count / 2]}");
    }

    [Fact]
    public void Every_room_says_what_it_is_for_in_ten_lines()
    {
        var rooms = Directory.GetDirectories(Repository.At("src", "Stemma")).Concat(Directory.GetDirectories(Repository.At("src")))
            .Where(room => Path.GetFileName(room) is not ("Stemma" or "bin" or "obj"))
            .Where(room => Directory.EnumerateFiles(room, "*.cs", SearchOption.AllDirectories).Any()).ToList();
        Assert.NotEmpty(rooms);
        foreach (var room in rooms)
        {
            var readme = Path.Combine(room, "README.md");
            Assert.True(File.Exists(readme), $"{readme} is missing");
            Assert.True(File.ReadLines(readme).Count() <= 10, readme);
        }
    }
}
