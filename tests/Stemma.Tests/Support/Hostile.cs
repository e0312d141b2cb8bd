using System.Diagnostics;
using Stemma.Checkpoints;
using Stemma.Foundation;

namespace Stemma.Tests.Support;

/// <summary>Opens what should be refused and checks how: with the right code, fast, and without allocating what a file claims.</summary>
internal static class Hostile
{
    public const long MostBytes = 8 << 20;

    public static Fault Refused(string path, FaultCode expected)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var fault = Assert.Throws<StemmaException>(() => CheckpointOpener.Open(path).Dispose()).Fault;
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes, "allocated more than a small file needs");
        Assert.True(fault.Code == expected, fault.ToString());
        Assert.DoesNotContain(fault.ToString(), char.IsControl);
        return fault;
    }
}
