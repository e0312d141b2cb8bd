using Stemma.Anatomy;
using Stemma.Anatomy.Adapters;
using Stemma.Anatomy.Values;
using Stemma.Checkpoints.Remote;
using Stemma.Comparing.Adapters;
using Stemma.Fingerprints;
using Stemma.Foundation;

namespace Stemma.Comparing.Deep;

/// <summary>A fingerprint, and the weights that it was made from where they are at hand.</summary>
/// <param name="fingerprint">Of the model.</param>
/// <param name="path">Folder or file of the weights, or their name on a hub; null when there is only a fingerprint.</param>
/// <param name="hub">How hubs are reached; null: as the environment says.</param>
public sealed class ComparedModel(Fingerprint fingerprint, string? path, HubAccess? hub = null) : IDisposable
{
    /// <summary>What is kept of a smaller model stays in memory between comparisons of many; larger ones are read again.</summary>
    private const long KeptParameters = 100_000_000;

    private readonly Lock _gate = new();
    private DeepModel? _deep;
    private int _users;

    private readonly string? _place = path;
    private readonly HubAccess? _hub = hub;

    public Fingerprint Fingerprint { get; } = fingerprint;

    /// <summary>False when only a fingerprint is there: then nothing can be compared in another residual basis.</summary>
    public bool HasWeights => _place is not null;

    /// <summary>What two low-rank adapters tell when both were named without their base; nothing for other pairs.</summary>
    /// <param name="subject">The one under suspicion.</param>
    /// <param name="reference">The known one.</param>
    /// <param name="cancel">Stops between two modules.</param>
    /// <exception cref="StemmaException">The weights cannot be read.</exception>
    public static IReadOnlyList<Evidence> CompareAdapters(ComparedModel subject, ComparedModel reference, CancellationToken cancel)
    {
        if (!subject.IsLoneAdapter || !reference.IsLoneAdapter) return [];
        using var own = ModelOpener.Open(subject._place!, subject._hub);
        using var other = ModelOpener.Open(reference._place!, reference._hub);
        return AdapterComparison.Compare(own, other, cancel);
    }

    /// <summary>Compares the weights of two models in the residual basis in which they meet best.</summary>
    /// <param name="subject">The model under suspicion.</param>
    /// <param name="reference">The known model.</param>
    /// <param name="progress">Told about bytes read.</param>
    /// <returns>Null when the weights of one are not at hand.</returns>
    /// <exception cref="StemmaException">The weights cannot be read.</exception>
    public static DeepFindings? Search(ComparedModel subject, ComparedModel reference, IWorkProgress progress, CancellationToken cancel)
    {
        if (!subject.HasWeights || !reference.HasWeights) return null;
        var b = subject.Deep(progress, cancel);
        try
        {
            var a = reference.Deep(progress, cancel);
            try
            {
                return DeepComparison.Compare(b, a, progress, cancel);
            }
            finally
            {
                reference.Forget();
            }
        }
        finally
        {
            subject.Forget();
        }
    }

    public void Dispose()
    {
        _deep?.Weights.Dispose();
        _deep = null;
    }

    private bool IsLoneAdapter => HasWeights && Fingerprint.Notices.Any(n => n.Code == "adapter") && AdapterConfig.IsAdapter(_place!);

    private DeepModel Deep(IWorkProgress progress, CancellationToken cancel)
    {
        lock (_gate)
        {
            _deep ??= Read(progress, cancel);
            _users++;
            return _deep;
        }
    }

    private DeepModel Read(IWorkProgress progress, CancellationToken cancel)
    {
        var weights = ModelWeights.Open(_place!, _hub);
        progress.Begin($"reading {SafeText.Escape(Fingerprint.Name)} for a comparison in other bases", 2 * weights.LayerBytes());
        try
        {
            return DeepModelReader.Read(weights, progress, cancel);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
        finally
        {
            progress.End();
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            _users--;
            if (_users == 0 && Fingerprint.Parameters > KeptParameters) Dispose();
        }
    }
}
