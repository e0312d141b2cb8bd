using System.Text.Json;
using Stemma.Anatomy;
using Stemma.Foundation;
using Stemma.Sketching;
using Stemma.Sketching.Quick;

namespace Stemma.Fingerprints;

/// <summary>
/// The manifest from its JSON, member by member: a serializer would compile code for every type before it reads the first, longer than the reading takes.
/// What is left out has its default, as the writer leaves it out. A member of another kind throws what <see cref="JsonElement"/> throws.
/// </summary>
internal static class ManifestMembers
{
    /// <summary>Names of roles in the order of their values, which count from 0.</summary>
    private static readonly string[] Roles = typeof(TensorRole).GetEnumNames();

    public static FingerprintManifest Manifest(JsonElement root) => new()
    {
        Format = root.Text("format"),
        Recipe = RecipeOf(root.Member("recipe")),
        Model = Model(root.Member("model")),
        Tensors = root.List("tensors", Tensor),
        Units = root.List("units", Units),
        Heads = root.List("heads", Head),
        Anchors = Anchors(root.Member("anchors")),
        Notices = root.List("notices", notice => new Notice(notice.Text("code"), notice.Text("text"), notice.Flag("limits_coverage"))),
        Quick = root.TryGetProperty("quick", out var quick) && quick.ValueKind != JsonValueKind.Null ? new QuickReading(quick.Long("bytes_read"), quick.Long("bytes_total")) : null,
    };

    /// <exception cref="JsonException">There is none.</exception>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value : throw new JsonException($"no member {name}");

    private static Recipe RecipeOf(JsonElement recipe) => new()
    {
        Version = recipe.Member("version").GetInt32(),
        LinearSize = recipe.Member("linear_size").GetInt32(),
        UnitsPerLayer = recipe.Member("units_per_layer").GetInt32(),
        Anchors = recipe.Int("anchors"),
    };

    private static ModelEntry Model(JsonElement model) => new(
        model.Text("name"), model.Text("container"), model.Text("architecture"), model.TextOrNull("declared_architecture"), Shape(model.Member("shape")),
        model.List("files", file => new SourceFile(file.Text("name"), file.Long("length"), file.TextOrNull("sha256"))));

    private static ModelShape Shape(JsonElement shape) => new()
    {
        Layers = shape.Int("layers"),
        Hidden = shape.Int("hidden"),
        Heads = shape.Int("heads"),
        KvHeads = shape.Int("kv_heads"),
        HeadDim = shape.Int("head_dim"),
        Ffn = shape.Int("ffn"),
        Experts = shape.Int("experts"),
        ExpertFfn = shape.Int("expert_ffn"),
        ExpertsPerToken = shape.Int("experts_per_token"),
        ExpertGroups = shape.Int("expert_groups"),
        Vocabulary = shape.Int("vocabulary"),
        TiedHead = shape.Flag("tied_head"),
    };

    private static TensorEntry Tensor(JsonElement tensor)
    {
        var sizes = tensor.Member("shape");
        var shape = new long[sizes.GetArrayLength()];
        for (var axis = 0; axis < shape.Length; axis++) shape[axis] = sizes[axis].GetInt64();
        return new(tensor.Text("name"), tensor.Text("type"), shape, tensor.Text("digest"), tensor.List("parts", Part), tensor.TextOrNull("packing"), tensor.Flag("partial"));
    }

    private static PartEntry Part(JsonElement part) => new(
        Role(part), part.Int("layer"), part.Int("expert"), part.Int("head"), part.Flag("bias"), part.Flag("inferred"), part.Long("units"), part.Long("inner"),
        part.Flag("common"), part.Flag("linear"), part.Int("values"), part.TryGetProperty("gain_offset", out var offset) ? offset.GetSingle() : 0,
        part.Long("sampled_units"), part.Long("sampled_inner"));

    private static UnitsEntry Units(JsonElement units) =>
        new(units.Int("layer"), units.Int("total"), units.Int("cap_level"), units.Int("count"), units.Flag("gate"), units.Flag("up"), units.Flag("down"));

    private static HeadEntry Head(JsonElement head) => new(Role(head), head.Int("layer"), head.Int("head"));

    private static AnchorsEntry Anchors(JsonElement anchors) =>
        new(anchors.Flag("by_bytes"), anchors.Int("width"), anchors.Int("count"), anchors.Flag("embed"), anchors.Flag("head"));

    private static TensorRole Role(JsonElement element)
    {
        if (!element.TryGetProperty("role", out var name)) return default;
        var role = Array.IndexOf(Roles, name.GetString());
        return role >= 0 ? (TensorRole)role : throw new JsonException($"role {name}");
    }

    private static List<T> List<T>(this JsonElement element, string name, Func<JsonElement, T> make)
        where T : class
    {
        var array = element.Member(name);
        var list = new List<T>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray()) list.Add(make(item));
        return list;
    }

    private static string Text(this JsonElement element, string name) => element.Member(name).GetString() ?? throw new JsonException($"no text in {name}");

    private static string? TextOrNull(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static int Int(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt32() : 0;

    private static long Long(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static bool Flag(this JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.GetBoolean();
}
