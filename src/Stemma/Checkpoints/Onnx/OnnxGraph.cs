namespace Stemma.Checkpoints.Onnx;

/// <summary>One initialiser as the file claims it.</summary>
internal sealed class OnnxTensor
{
    public string Name { get; set; } = "";
    public List<long> Shape { get; } = [];
    public long Type { get; set; }

    /// <summary>Where the numbers lie in the file as they are; null when they lie elsewhere or as varints.</summary>
    public (long Start, long Length)? Data { get; set; }

    /// <summary>Numbers that are stored as varints or one by one: they cannot be read where they lie.</summary>
    public bool Scattered { get; set; }

    /// <summary>True when the numbers lie in another file.</summary>
    public bool IsExternal { get; set; }

    public Dictionary<string, string> External { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the file names it.</summary>
    public long At { get; init; }
}

/// <summary>A node that multiplies with a quantised weight.</summary>
/// <param name="Name">Of the node: the module's path.</param>
/// <param name="Kind"><c>MatMulNBits</c> or <c>MatMulInteger</c>.</param>
/// <param name="Inputs">Names, empty for what is left out.</param>
/// <param name="Attributes">Whole numbers by name.</param>
internal sealed record OnnxProduct(string Name, string Kind, IReadOnlyList<string> Inputs, IReadOnlyDictionary<string, long> Attributes);

/// <summary>What of a graph concerns weights: its initialisers, and which node multiplies with which of them.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Most initialisers; the largest models have a hundred thousand.</summary>
    private const int MostInitialisers = 1_000_000;

    /// <summary>Most dimensions of a tensor, as in PyTorch.</summary>
    private const int MostDimensions = 64;

    /// <summary>Inputs and attributes of a node that are looked at.</summary>
    private const int MostInputs = 6, MostAttributes = 16;

    /// <summary>Bytes of a constant or an inner graph from which on it may hold weights.</summary>
    private const long WorthTelling = 4096;

    public List<OnnxTensor> Initialisers { get; } = [];

    /// <summary>Names of the nodes that multiply something with a tensor from the right.</summary>
    public Dictionary<string, List<string>> RightFactors { get; } = new(StringComparer.Ordinal);

    /// <summary>Products with quantised weights, by the weight's name.</summary>
    public Dictionary<string, List<OnnxProduct>> QuantisedFactors { get; } = new(StringComparer.Ordinal);

    /// <summary>Constants, inner graphs and sparse tensors that were passed over.</summary>
    public int PassedOver { get; private set; }

    /// <summary>Reads a GraphProto.</summary>
    public static OnnxGraph Read(WireReader reader)
    {
        var graph = new OnnxGraph();
        while (reader.Next(out var field))
        {
            switch (field.Number)
            {
                case 1: graph.ReadNode(reader.Message(field)); break;
                case 5: graph.Initialisers.Add(ReadTensor(reader.Message(field), field.Start)); break;
                case 15: graph.PassedOver++; break;
                default: break;
            }

            if (graph.Initialisers.Count > MostInitialisers) throw reader.Refuse(field.Start, $"more than {MostInitialisers} initialisers", "fewer");
        }

        return graph;
    }

    private void ReadNode(WireReader reader)
    {
        var (inputs, attributes) = (new List<WireField>(2), new List<WireField>());
        WireField? name = null, kind = null;
        while (reader.Next(out var field))
        {
            if (field.Number == 1 && inputs.Count < MostInputs) inputs.Add(field);
            else if (field.Number == 3) name = field;
            else if (field.Number == 4) kind = field;
            else if (field.Number == 5 && field.Length >= WorthTelling) PassedOver++;
            else if (field.Number == 5 && attributes.Count < MostAttributes) attributes.Add(field);
        }

        if (inputs.Count < 2 || name is null || kind is null) return;
        switch (reader.Text(kind.Value))
        {
            case "MatMul": Add(RightFactors, reader.Text(inputs[1]), reader.Text(name.Value)); break;
            case "MatMulNBits" or "MatMulInteger":
                var product = new OnnxProduct(reader.Text(name.Value), reader.Text(kind.Value), [.. inputs.Select(reader.Text)], Numbers(reader, attributes));
                Add(QuantisedFactors, product.Inputs[1], product);
                break;
            default: break;
        }
    }

    private static void Add<T>(Dictionary<string, List<T>> lists, string key, T item)
    {
        if (lists.TryGetValue(key, out var list)) list.Add(item);
        else lists.Add(key, [item]);
    }

    /// <summary>Attributes that are whole numbers; the first of a name counts.</summary>
    private static Dictionary<string, long> Numbers(WireReader reader, List<WireField> attributes)
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            var inside = reader.Message(attribute);
            string? name = null;
            long? value = null;
            while (inside.Next(out var field))
            {
                if (field.Number == 1) name = inside.Text(field);
                else if (field is { Number: 3, Kind: 0 }) value = (long)field.Value;
            }

            if (name is not null && value is { } number) numbers.TryAdd(name, number);
        }

        return numbers;
    }

    private static OnnxTensor ReadTensor(WireReader reader, long at)
    {
        var tensor = new OnnxTensor { At = at };
        while (reader.Next(out var field))
        {
            switch (field.Number)
            {
                case 1: reader.AddNumbers(field, tensor.Shape, MostDimensions); break;
                case 2: tensor.Type = (long)field.Value; break;
                case 8: tensor.Name = reader.Text(field); break;
                case 4 or 9 or 10 when field.Kind == 2:
                    // Floats and doubles in a packed field lie as they do in raw_data.
                    tensor.Scattered |= tensor.Data is not null;
                    tensor.Data = (field.Start, field.Length);
                    break;
                case 4 or 5 or 6 or 7 or 10 or 11: tensor.Scattered = true; break;
                case 13: ReadEntry(reader.Message(field), tensor); break;
                case 14: tensor.IsExternal = field.Value == 1; break;
                default: break;
            }
        }

        return tensor;
    }

    private static void ReadEntry(WireReader reader, OnnxTensor tensor)
    {
        string? key = null, value = null;
        while (reader.Next(out var field))
        {
            if (field.Number == 1) key = reader.Text(field);
            else if (field.Number == 2) value = reader.Text(field);
        }

        if (key is null || value is null || !tensor.External.TryAdd(key, value)) throw reader.Refuse(tensor.At, $"the entry '{key}' of external data without a value, or a second time", "each key once");
    }
}
