using Stemma.Foundation;
using Stemma.Reporting.Signing;
using Stemma.Reporting.Verifying;

namespace Stemma.Tests.Support;

/// <summary>A file with a signature beside it and the keys, in a folder of its own.</summary>
internal sealed class SignedFile : IDisposable
{
    private readonly TempFolder _folder = new();

    public SignedFile(KeyAlgorithm algorithm = KeyAlgorithm.EcdsaP256)
    {
        File.WriteAllText(Path, "What was found.\n");
        NewKey("key", algorithm);
        Sign("key");
    }

    public string Path => _folder["finding.txt"];

    public string EnvelopePath => Path + Signer.Ending;

    public string Key(string name) => _folder[name];

    public string NewKey(string name, KeyAlgorithm algorithm = KeyAlgorithm.EcdsaP256)
    {
        var (secret, open, id) = Signer.Generate(algorithm);
        File.WriteAllText(_folder[name], secret);
        File.WriteAllText(_folder[name + ".pub"], open);
        return id;
    }

    public void Sign(string key) => File.WriteAllBytes(EnvelopePath, Signer.Sign(Path, _folder[key], EnvelopePath, null).Envelope);

    public IReadOnlyList<VerificationCheck> Verify(string key = "key") => SignatureVerifier.Verify(Path, EnvelopePath, _folder[key + ".pub"]);

    public bool Holds(string key = "key") => Verify(key).All(check => check.State == CheckState.Passed);

    /// <summary>The first place that is wrong; the fault's where the file cannot be read at all.</summary>
    public string Wrong(string key = "key")
    {
        try
        {
            return Verify(key).SelectMany(check => check.Differences).First().Place;
        }
        catch (StemmaException e)
        {
            return $"{e.Fault.CodeText} {e.Fault.Found}";
        }
    }

    public void Dispose() => _folder.Dispose();
}
