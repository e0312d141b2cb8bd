using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Stemma.Foundation;

namespace Stemma.Auditing.Sources;

/// <summary>
/// Names licence texts by their SPDX identifiers. A text is cut into runs of five words; of these every fourth by its hash stands for it. The texts come from the SPDX licence list
/// (<c>Data/licences.json</c> says which edition; CC0-1.0), made by quality/licences/make.py.
/// </summary>
internal static partial class LicenceTexts
{
    /// <summary>
    /// Share of a licence's runs that must stand in a file. In the 103 licence files that come with Debian's licences, npm, NumPy, SciPy and some NuGet packages the right text has 0.79 to 1.00 of its runs
    /// (a name, a bullet or a title between the words costs the rest), and texts that are not on the list have at most 0.55 of one that is, other than earlier versions of it, which their headings name.
    /// </summary>
    public const double Contained = 0.7;

    /// <summary>Words that a text must not hold to be a licence without them: ISC is 0BSD and one condition.</summary>
    private static readonly Dictionary<string, string> Without = new(StringComparer.Ordinal) { ["0BSD"] = "provided that the above copyright notice and this permission notice appear" };

    /// <summary>Licences of models that are on no SPDX list, by their headings; identifiers as hubs write them.</summary>
    private static readonly (string Heading, string Id)[] Headings =
    [
        ("llama 2 community license agreement", "llama2"), ("meta llama 3 community license agreement", "llama3"), ("llama 3.1 community license agreement", "llama3.1"),
        ("llama 3.2 community license agreement", "llama3.2"), ("llama 3.3 community license agreement", "llama3.3"), ("gemma terms of use", "gemma"),
        ("tongyi qianwen license agreement", "tongyi-qianwen"), ("qwen license agreement", "qwen"), ("deepseek license agreement", "deepseek"), ("pangu model license agreement", "pangu"),
    ];

    /// <summary>Sentences with which files of a program name their licence.</summary>
    private static readonly (string Words, string Id)[] Headers =
    [
        ("licensed under the apache license, version 2.0", "Apache-2.0"), ("licensed under the mit license", "MIT"), ("released under the mit license", "MIT"), ("bsd-style license", "BSD"),
        ("under the terms of the gnu general public license", "GPL"), ("under the terms of the gnu lesser general public license", "LGPL"), ("under the terms of the gnu affero general public license", "AGPL"),
        ("subject to the terms of the mozilla public license, v. 2.0", "MPL-2.0"), ("licensed under the llama 2 community license", "llama2"), ("tongyi qianwen license", "tongyi-qianwen"), ("mulan psl v2", "MulanPSL-2.0"),
    ];

    private static readonly Lazy<IReadOnlyList<(string Id, HashSet<uint> Hashes)>> Known = new(Read);

    /// <summary>The licence whose text a file holds; null when it is none that is known.</summary>
    public static string? Of(IReadOnlyList<string> lines)
    {
        var start = string.Join(' ', lines.Take(12)).ToLowerInvariant();
        foreach (var (heading, id) in Headings) if (start.Contains(heading, StringComparison.Ordinal)) return id;
        if (OfGnu(start) is { } gnu) return gnu;
        var text = string.Join('\n', lines.Where(line => !line.TrimStart().StartsWith("copyright ", StringComparison.OrdinalIgnoreCase)));
        var words = Words(text);
        var (hashes, plain) = (Hashes(words), string.Join(' ', words));
        return Known.Value.Where(licence => !Without.TryGetValue(licence.Id, out var absent) || !plain.Contains(absent, StringComparison.Ordinal)).Select(licence => (licence.Id, Common: licence.Hashes.Count(hashes.Contains), licence.Hashes))
            .Where(one => one.Hashes.Count > 0 && one.Common >= Contained * one.Hashes.Count)
            .OrderByDescending(one => (double)one.Common / (one.Hashes.Count + hashes.Count - one.Common)).ThenBy(one => one.Id, StringComparer.Ordinal).Select(one => one.Id).FirstOrDefault();
    }

    /// <summary>The licence that a line of a header names; null for none.</summary>
    public static string? InHeader(string line)
    {
        foreach (var (words, id) in Headers) if (line.Contains(words, StringComparison.OrdinalIgnoreCase)) return id;
        return null;
    }

    /// <summary>Two identifiers mean one licence: spelling aside, and without <c>-only</c> and <c>-or-later</c>; <c>GPL</c> means any of its versions.</summary>
    public static bool Same(string one, string other)
    {
        var (a, b) = (Plain(one), Plain(other));
        return a == b || a.StartsWith(b + "-", StringComparison.Ordinal) || b.StartsWith(a + "-", StringComparison.Ordinal);
    }

    private static HashSet<uint> Hashes(string[] words) =>
        [.. Enumerable.Range(0, Math.Max(0, words.Length - 4)).Select(at => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(' ', words[at..(at + 5)]))))).Where(hash => hash % 4 == 0)];

    /// <summary>The GNU licences say what they are: versions of one share most of their words.</summary>
    private static string? OfGnu(string start)
    {
        var heading = GnuHeading().Match(start);
        if (!heading.Success) return null;
        var (kind, version) = (heading.Groups["kind"].Value, heading.Groups["version"].Value);
        var name = kind switch { "library" or "lesser" => "LGPL", "affero" => "AGPL", "free documentation" => "GFDL", _ => "GPL" };
        return $"{name}-{version}{(version.Contains('.', StringComparison.Ordinal) ? "" : ".0")}-only";
    }

    private static string[] Words(string text) =>
        new string([.. text.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^\s*gnu\s+(?<kind>library|lesser|affero|free documentation|)\s*(general\s+public\s+)?license\s+version\s+(?<version>\d(\.\d)?)\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex GnuHeading();

    private static string Plain(string id) => id.Trim().ToLowerInvariant().Replace("-only", "", StringComparison.Ordinal).Replace("-or-later", "", StringComparison.Ordinal).Replace("+", "", StringComparison.Ordinal);

    private static List<(string Id, HashSet<uint> Hashes)> Read()
    {
        using var stream = EmbeddedFile.Open("Auditing.Sources.Data.licences.json");
        using var data = JsonDocument.Parse(stream);
        return [.. data.RootElement.GetProperty("licences").EnumerateArray().Select(one => (one.GetProperty("id").GetString()!, Unpacked(one.GetProperty("hashes").GetString()!)))];
    }

    private static HashSet<uint> Unpacked(string hex) => [.. Convert.FromHexString(hex).Chunk(4).Select(four => BinaryPrimitives.ReadUInt32BigEndian(four))];
}
