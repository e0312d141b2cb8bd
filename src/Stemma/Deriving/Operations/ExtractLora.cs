using System.Text.Json.Nodes;
using Stemma.Anatomy;
using Stemma.Anatomy.Adapters;
using Stemma.Checkpoints.Tensors;
using Stemma.Deriving.Arithmetic;
using Stemma.Deriving.Grids;
using Stemma.Deriving.Models;
using Stemma.Deriving.Writing;
using Stemma.Foundation;
using Stemma.Foundation.Linear;

namespace Stemma.Deriving.Operations;

/// <summary>
/// Writes the difference of two models as a low-rank adapter in PEFT's format: of each attention and FFN matrix that differs the best approximation of a rank, by singular
/// values. Parents: the base, the child.
/// </summary>
public sealed record ExtractLora : Derivation
{
    private const string Prefix = "base_model.model.";

    internal override (int Least, int Most) Parents => (2, 2);

    /// <summary>Directions that are kept of each matrix.</summary>
    public int Rank { get; init; } = 16;

    internal override DerivationPlan Plan(DerivationInput input)
    {
        var (model, child) = (input.Model, input.Models[1]);
        Requirements.Alike(model, child, Name);
        var (tensors, modules, left) = (new List<OutputTensor>(), new SortedSet<string>(StringComparer.Ordinal), 0);
        bool? transposed = null;
        foreach (var assignment in model.Assignments.Where(a => Differs(model, child, a)))
        {
            if (!assignment.Parts.All(p => LinearWeights.Contains(p, embeddings: false)))
            {
                left++;
                continue;
            }

            var own = assignment.Parts[0].Transposed;
            if (transposed is { } others && others != own) throw model.Refuse("matrices stored both ways", "one layout for all: an adapter has one fan_in_fan_out");
            transposed = own;
            var module = assignment.Tensor.Name[..^(assignment.Tensor.Name.EndsWith(".weight", StringComparison.Ordinal) ? ".weight".Length : 0)];
            modules.Add(module[(module.LastIndexOf('.') + 1)..]);
            tensors.AddRange(Factors(input, assignment, module));
        }

        if (tensors.Count == 0) throw child.Refuse("no attention or FFN matrix that differs", $"a child that was changed, for {Name}", code: FaultCode.ParentsDiffer);
        return new()
        {
            Tensors = tensors,
            Config = Config(input.Model.Name, modules, transposed == true),
            ConfigName = AdapterConfig.Name,
            Stem = "adapter_model",
            Notices = left == 0 ? [] : [new("not-extracted", $"{left} tensors differ that an adapter of low rank does not hold (embeddings, gains, biases): they stay as in the base model")],
        };
    }

    /// <summary>Reads both tensors until they differ.</summary>
    private static bool Differs(SourceModel model, SourceModel child, TensorAssignment assignment)
    {
        if (!assignment.Tensor.Type.IsReal()) return false;
        Grid second = new StoredGrid(child.Checkpoint, child.Find(assignment.Tensor.Name)!.Tensor);
        foreach (var (first, values) in Spread.Pieces(new StoredGrid(model.Checkpoint, assignment.Tensor)))
        {
            var others = new float[values.Length];
            second.Read(first, others);
            if (!values.AsSpan().SequenceEqual(others)) return true;
        }

        return false;
    }

    /// <summary>A [rank, inputs] and B [outputs, rank], decomposed together when the first is asked for.</summary>
    private IEnumerable<OutputTensor> Factors(DerivationInput input, TensorAssignment assignment, string module)
    {
        var (model, child, tensor) = (input.Model, input.Models[1], assignment.Tensor);
        var transposed = assignment.Parts[0].Transposed;
        var (outputs, inputs) = transposed ? (tensor.Columns, tensor.Rows) : (tensor.Rows, tensor.Columns);
        if (Rank < 1 || Rank > Math.Min(outputs, inputs))
            throw model.Refuse($"a rank of {Rank} for {SafeText.Escape(tensor.Name)} of {outputs} x {inputs}", $"1 to {Math.Min(outputs, inputs)}", "choose a smaller --rank", FaultCode.DerivationParameter);
        var factors = new Lazy<(Matrix B, Matrix A)>(() =>
        {
            var difference = MixedGrid.Difference(new StoredGrid(child.Checkpoint, child.Find(tensor.Name)!.Tensor), new StoredGrid(model.Checkpoint, tensor));
            var stored = WholeGrid.Load(difference, tensor.Name);
            return LowRank.Factors(transposed ? stored.Transpose() : stored, Rank, new Draws(Seed, $"extract-lora {tensor.Name}"));
        });
        var type = input.Type ?? TensorType.F32;
        yield return OutputTensor.Of($"{Prefix}{module}.lora_A.weight", type, [Rank, inputs], () => new MatrixGrid(Rank, (int)inputs, () => factors.Value.A));
        yield return OutputTensor.Of($"{Prefix}{module}.lora_B.weight", type, [outputs, Rank], () => new MatrixGrid((int)outputs, Rank, () => factors.Value.B));
    }

    private JsonObject Config(string parent, IEnumerable<string> modules, bool transposed) => new()
    {
        ["base_model_name_or_path"] = parent,
        ["bias"] = "none",
        ["fan_in_fan_out"] = transposed,
        ["inference_mode"] = true,
        ["lora_alpha"] = Rank,
        ["lora_dropout"] = 0.0,
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = Rank,
        ["target_modules"] = new JsonArray([.. modules.Select(m => JsonValue.Create(m))]),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = false,
    };
}
