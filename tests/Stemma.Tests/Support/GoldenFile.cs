namespace Stemma.Tests.Support;

/// <summary>Compares a screen with the file that a person reviewed. STEMMA_UPDATE_GOLDEN=1 writes the files anew; the review is then the diff.</summary>
internal static class GoldenFile
{
    public static void Check(string name, string actual)
    {
        var file = Repository.At("tests", "Stemma.Tests", "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("STEMMA_UPDATE_GOLDEN") == "1") File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"{file} is missing; STEMMA_UPDATE_GOLDEN=1 writes it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
