using System.CommandLine;
using System.Globalization;
using Stemma.Checkpoints.Tensors;

namespace Stemma.Cli.Commands.Deriving;

/// <summary>Options of the operations of <c>derive</c>, made in one place so that they say the same everywhere.</summary>
internal static class DeriveOptions
{
    private static readonly (string Word, TensorType Type)[] Types = [("bf16", TensorType.BF16), ("f16", TensorType.F16), ("f32", TensorType.F32), ("f64", TensorType.F64)];

    public static Option<string> Output() => new("-o", "--output") { Description = "The folder to write; it must not exist, or be empty.", HelpName = "FOLDER", Required = true };

    public static Option<ulong> Seed() => new("--seed")
    {
        Description = "Seed of everything that is drawn; the same seed gives the same bytes.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
        CustomParser = result =>
        {
            if (ulong.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)) return seed;
            result.AddError("--seed wants a whole number from 0 to 2^64-1.");
            return 0;
        },
    };

    /// <summary>The type of the numbers; null keeps that of the parents.</summary>
    public static Option<TensorType?> Type() => Type(Types, "Type of the numbers: {0}. [default: as in the parents]");

    /// <summary>The same with the types of GGUF, under the names that llama.cpp gives them.</summary>
    public static Option<TensorType?> TypeOrBlocks() => Type(
        [.. Types, .. Enum.GetValues<TensorType>().Where(TensorEncoder.CanWriteBlocks).Select(t => (t.NameOf().ToLowerInvariant(), t))],
        "Type of the numbers: {0}. Types from q4_0 on write a GGUF file. [default: as in the parents]");

    private static Option<TensorType?> Type((string Word, TensorType Type)[] types, string description)
    {
        var words = string.Join(", ", types.Select(t => t.Word));
        var option = new Option<TensorType?>("--type")
        {
            Description = string.Format(CultureInfo.InvariantCulture, description, words),
            HelpName = "TYPE",
            CustomParser = result =>
            {
                foreach (var (word, type) in types)
                    if (result.Tokens[0].Value == word) return type;
                result.AddError($"--type knows {words}; '{Foundation.SafeText.Escape(result.Tokens[0].Value)}' is none of them.");
                return null;
            },
        };
        option.CompletionSources.Add([.. types.Select(t => t.Word)]);
        return option;
    }

    /// <summary>Decimal gigabytes as bytes.</summary>
    public static Option<double> ShardSize() => Real("--shard-size", "Most gigabytes of one weight file.", "GB", 5, 0.001, 1000);

    public static Option<bool> Force() => new("--force") { Description = "Replace the folder if stemma derive wrote it." };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>A number within bounds.</summary>
    public static Option<double> Real(string name, string description, string helpName, double otherwise, double least, double most) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => Number(result, name, least, most),
    };

    /// <summary>A whole number within bounds; without a default it must be given.</summary>
    public static Option<int> Whole(string name, string description, int? otherwise = null, int least = 1, int most = 1_000_000)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", Required = otherwise is null, CustomParser = result => (int)Number(result, name, least, most, whole: true) };
        if (otherwise is { } value) option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <summary>One of some words.</summary>
    public static Option<Chosen<T>> Word<T>(string name, string description, T otherwise, params (string Word, T Value)[] words)
    {
        var all = string.Join(", ", words.Select(w => w.Word));
        var chosen = words.Select(w => new Chosen<T>(w.Word, w.Value)).ToArray();
        var usual = chosen.First(w => Equals(w.Value, otherwise));
        var option = new Option<Chosen<T>>(name)
        {
            Description = $"{description}: {all}.",
            HelpName = "WORD",
            CustomParser = result =>
            {
                var asked = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
                if (Array.Find(chosen, one => one.Word == asked) is { } found) return found;
                if (result.Tokens.Count > 0) result.AddError($"{name} knows {all}; '{Foundation.SafeText.Escape(asked)}' is none of them.{Nearest.Hint(asked, words.Select(w => w.Word))}");
                return usual;
            },
            DefaultValueFactory = _ => usual,
        };
        option.CompletionSources.Add([.. words.Select(w => w.Word)]);
        return option;
    }

    /// <summary>Numbers separated by commas, ranges with a hyphen: <c>2,5-7</c>.</summary>
    public static Option<int[]> Numbers(string name, string description, bool required = true) => new(name)
    {
        Description = description,
        HelpName = "LIST",
        Required = required,
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (var word in result.Tokens[0].Value.Split(','))
            {
                var ends = word.Split('-');
                if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                    || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last - first > 100_000)
                {
                    result.AddError($"{name} wants numbers like 2,5-7; '{Foundation.SafeText.Escape(word)}' is none.");
                    return [];
                }

                numbers.AddRange(Enumerable.Range(first, last - first + 1));
            }

            return [.. numbers];
        },
    };

    /// <summary>Numbers separated by commas.</summary>
    public static Option<double[]> Reals(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "LIST",
        CustomParser = result =>
        {
            var words = result.Tokens[0].Value.Split(',');
            var numbers = new double[words.Length];
            for (var i = 0; i < words.Length; i++)
            {
                if (double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) && double.IsFinite(numbers[i])) continue;
                result.AddError($"{name} wants numbers like 0.5,0.3; '{Foundation.SafeText.Escape(words[i])}' is none.");
                return [];
            }

            return numbers;
        },
    };

    private static double Number(System.CommandLine.Parsing.ArgumentResult result, string name, double least, double most, bool whole = false)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most && (!whole || number % 1 == 0)) return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} wants a {(whole ? "whole " : "")}number from {least} to {most}."));
        return least;
    }
}
