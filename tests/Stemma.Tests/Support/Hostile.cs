using System.Diagnostics;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Tests.Support;

/// <summary>Opens what should be refused and checks how: with the right code, fast, and without allocating what a file claims.</summary>
internal static class Hostile
{
    private const long MostBytes = 8 << 20;
    private const int MostTries = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public static Fault Refused(string path, FaultCode expected)
    {
        // A busy machine may delay one try; a slow refusal is slow every time.
        for (var attempt = 1; ; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(path).Dispose()).Fault;
            if (clock.Elapsed > Longest && attempt < MostTries) continue;
            Assert.True(clock.Elapsed <= Longest, $"took {clock.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, "allocated more than a small file needs");
            Assert.True(fault.Code == expected, fault.ToString());
            Assert.DoesNotContain(fault.ToString(), char.IsControl);
            return fault;
        }
    }
}
