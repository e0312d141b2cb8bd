using System.Globalization;
using System.Text;

namespace Stemma.Anatomy.Families;

/// <summary>
/// A tensor name with its numbers taken out: <c>model.layers.3.mlp.experts.7.up_proj.weight</c> becomes
/// <c>model.layers.#.mlp.experts.#.up_proj.weight</c> and [3, 7]. Names with one key differ only in layer and expert.
/// </summary>
internal readonly record struct NameKey(string Text, IReadOnlyList<int> Numbers)
{
    /// <summary>Largest layer or expert number that is believed; a larger one stays text, so that nobody allocates by it.</summary>
    public const int LargestNumber = 65_535;

    /// <summary>What wraps a model without changing it, peeled from the front as often as it occurs (data-parallel, compiled, adapter and multimodal wrappers).</summary>
    private static readonly string[] Wrappers =
        ["module.", "_orig_mod.", "base_model.model.", "model.language_model.", "language_model.", "state_dict."];

    /// <summary>Makes the key of a stored name.</summary>
    public static NameKey Of(string name)
    {
        var peeled = Peel(name);
        var key = new StringBuilder(peeled.Length);
        List<int>? numbers = null;
        foreach (var range in peeled.Split('.'))
        {
            var segment = peeled[range];
            if (key.Length > 0) key.Append('.');
            if (segment.Length is > 0 and < 10 && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= LargestNumber)
            {
                (numbers ??= []).Add(number);
                key.Append('#');
            }
            else
            {
                // What is written as the mark of a number is no number.
                key.Append(segment is "#" ? "##" : segment);
            }
        }

        return new NameKey(key.ToString(), (IReadOnlyList<int>?)numbers ?? []);
    }

    private static ReadOnlySpan<char> Peel(string name)
    {
        var rest = name.AsSpan();
        var again = true;
        while (again)
        {
            again = false;
            foreach (var wrapper in Wrappers)
            {
                if (!rest.StartsWith(wrapper, StringComparison.Ordinal)) continue;
                rest = rest[wrapper.Length..];
                again = true;
            }
        }

        return rest;
    }
}
