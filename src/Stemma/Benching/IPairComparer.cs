using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Benching;

/// <summary>Runs Stemma itself on two checkpoints. Called from several threads.</summary>
public interface IPairComparer
{
    /// <param name="subjectPath">Folder of the model under suspicion.</param>
    /// <param name="referencePath">Folder of the known model.</param>
    /// <param name="cancel">Stops the work.</param>
    ComparisonResult Compare(string subjectPath, string referencePath, CancellationToken cancel);

    /// <summary>What all models tell together: merges, stacks, and directions that a third model settles.</summary>
    /// <param name="paths">Folders of the models.</param>
    /// <param name="pairs">Every pair of them.</param>
    FamilyFindings CompareFamily(IReadOnlyList<string> paths, IReadOnlyList<ComparisonResult> pairs);
}
