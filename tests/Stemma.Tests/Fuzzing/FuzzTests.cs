using System.Diagnostics;
using System.Globalization;

namespace Stemma.Tests.Fuzzing;

/// <summary>
/// A short run for every change of the program; <c>quality/fuzz.sh READER TIME</c> runs as long as is wanted, from another seed each time.
/// </summary>
public sealed class FuzzTests
{
    private const int ShortRun = 1500, ShortSeed = 20_000;

    public static TheoryData<string> Readers => [.. FuzzTarget.All.Select(target => target.Name)];

    private static string[] KeptFiles => Directory.Exists(Fuzzer.Crashes) ? Directory.GetFiles(Fuzzer.Crashes) : [];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Broken_files_end_in_a_model_or_in_a_refusal(string reader)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("STEMMA_FUZZ_READER") is { } wanted && wanted != reader, "another reader was asked for");
        using var fuzzer = new Fuzzer(Of(reader));
        var minutes = Environment.GetEnvironmentVariable("STEMMA_FUZZ_MINUTES");
        if (minutes is null)
        {
            Assert.Null(fuzzer.Run(ShortSeed, done => done < ShortRun));
            return;
        }

        var (seed, limit) = (Environment.TickCount, TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)));
        var (clock, inputs) = (Stopwatch.StartNew(), 0);
        TestContext.Current.SendDiagnosticMessage($"{reader}: seed {seed}");
        Assert.Null(fuzzer.Run(seed, done => (inputs = done) >= 0 && clock.Elapsed < limit));
        TestContext.Current.SendDiagnosticMessage($"{reader}: {inputs} inputs");
    }

    [Fact]
    public void What_once_broke_a_reader_is_refused_for_ever() => Assert.All(KeptFiles, file =>
    {
        using var fuzzer = new Fuzzer(Of(Path.GetFileName(file).Split('-')[0]));
        Assert.Null(fuzzer.Try(File.ReadAllBytes(file)));
    });

    [Theory]
    [MemberData(nameof(Readers))]
    public void The_corpus_is_proper_and_mutations_reach_what_lies_behind_the_first_check(string reader)
    {
        var target = Of(reader);
        using var fuzzer = new Fuzzer(target);
        Assert.All(target.Corpus(), file => Assert.Null(fuzzer.Try(file)));
        Assert.All(target.Corpus(), file => Assert.True(target.Fields(file).Count >= 10, "the fields were found"));
        var mutator = new FuzzMutator(target);
        Assert.Equal(mutator.Make(7), mutator.Make(7));
        Assert.True(Enumerable.Range(0, 50).Select(seed => Convert.ToHexString(mutator.Make(seed))).Distinct(StringComparer.Ordinal).Count() > 45, "inputs differ");
    }

    private static FuzzTarget Of(string reader) => FuzzTarget.All.Single(target => target.Name == reader);
}
