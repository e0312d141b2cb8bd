using System.Text;

namespace Stemma.Tests.Anatomy;

/// <summary>A folder of companion files, gone when the test is over.</summary>
internal sealed class CompanionFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("stemma-").FullName;

    public CompanionFolder With(string name, string text) => With(name, Encoding.UTF8.GetBytes(text));

    public CompanionFolder With(string name, byte[] bytes)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
