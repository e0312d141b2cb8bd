namespace Stemma.Auditing.Vocabularies;

/// <summary>A stretch in which both lists go on token by token: id after id stands for the same bytes.</summary>
/// <param name="Subject">Its first id in the subject.</param>
/// <param name="Reference">Its first id in the reference.</param>
/// <param name="Length">How many ids.</param>
public sealed record IdRun(int Subject, int Reference, int Length)
{
    /// <summary>Shorter stretches occur between separately trained vocabularies (the byte alphabet alone is 256) and are not reported.</summary>
    public const int Shortest = 300;

    /// <summary>The runs by subject id.</summary>
    public static IReadOnlyList<IdRun> Find(AuditedVocabulary subject, AuditedVocabulary reference)
    {
        var runs = new List<IdRun>();
        var (start, other, length, telling) = (0, 0, 0, 0);
        for (var id = 0; id <= subject.Keys.Length; id++)
        {
            var found = id < subject.Keys.Length && subject.Keys[id] is { } key ? reference.Find(key) : -1;
            if (found >= 0 && length > 0 && found == other + length)
            {
                length++;
            }
            else
            {
                // A run of bytes and single characters alone tells nothing.
                if (telling >= Shortest / 3 && length >= Shortest) runs.Add(new(start, other, length));
                (start, other, length, telling) = (id, found, found >= 0 ? 1 : 0, 0);
            }

            if (found >= 0 && subject.IsTelling(id)) telling++;
        }

        return runs;
    }
}
