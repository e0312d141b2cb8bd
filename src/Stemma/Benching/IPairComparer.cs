using Stemma.Judging;

namespace Stemma.Benching;

/// <summary>Runs Stemma itself on two checkpoints. Called from several threads.</summary>
public interface IPairComparer
{
    /// <param name="subjectPath">Folder of the model under suspicion.</param>
    /// <param name="referencePath">Folder of the known model.</param>
    ComparisonResult Compare(string subjectPath, string referencePath);
}
