using Stemma.Comparing.Deep;
using Stemma.Foundation;

namespace Stemma.Cli.Commands;

/// <summary>A model of a comparison before its weights are read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">What it is called in the answer.</param>
/// <param name="Read">The model itself when it is a <c>.stemma</c> file: these take no time and are read at once, side by side.</param>
internal sealed record FoundModel(string Path, string Name, ComparedModel? Read)
{
    /// <summary>Opens every model before the first is read: a broken last one must not cost hours on the first.</summary>
    /// <exception cref="StemmaException">One is not there or was refused. Of three or more, those that are no models are named and left out instead.</exception>
    public static IReadOnlyList<FoundModel> All(Surroundings around, string[] paths)
    {
        var names = ModelNames.Of(paths);
        ModelNames.CheckExist(paths);
        var looked = new (ComparedModel? Read, StemmaException? Refused)[paths.Length];
        Parallel.For(0, paths.Length, new ParallelOptions { CancellationToken = around.Cancel }, at => looked[at] = Look(around, paths[at]));
        var found = new List<FoundModel>();
        StemmaException? leftOut = null;
        for (var at = 0; at < paths.Length; at++)
        {
            if (looked[at].Refused is not { } refused)
            {
                found.Add(new(paths[at], names[at], looked[at].Read));
                continue;
            }

            // A shell pattern such as models/* catches readme files too: they are named and left out, but two models must remain.
            if (paths.Length <= 2 || refused.Fault.Code != FaultCode.UnknownFormat) throw refused;
            leftOut ??= refused;
            around.Error.WriteLine($"left out, no model: {refused.Fault}");
        }

        return found.Count >= 2 || leftOut is null ? found : throw leftOut;
    }

    private static (ComparedModel? Read, StemmaException? Refused) Look(Surroundings around, string path)
    {
        try
        {
            if (SketchFiles.IsFingerprint(path)) return (around.Engine.Open(path, new(), NoProgress.Instance, around.Cancel), null);
            around.Engine.Check(path);
            return default;
        }
        catch (StemmaException refused)
        {
            return (null, refused);
        }
    }
}
