namespace Stemma.Reporting;

/// <summary>What a method does, for a reader who is no statistician.</summary>
/// <param name="Title">Its name in words.</param>
/// <param name="Does">What is looked at, in one or two sentences.</param>
/// <param name="Blind">What it cannot see, or what makes it silent.</param>
internal sealed record MethodGuide(string Title, string Does, string Blind)
{
    private static readonly Dictionary<string, MethodGuide> Known = new(StringComparer.Ordinal)
    {
        ["unit-index"] = new(
            "Numbers of hidden units",
            "A layer is a long row of small detectors, and which detector gets which number is an accident of one training. For each detector of one model the most similar one of the other is looked up, and those with the same number are counted.",
            "Silent when the detectors were put into another order, or dealt out to experts."),
        ["residual-index"] = new(
            "Numbers of hidden dimensions",
            "Which dimension of the hidden state got which number is an accident of one training. Dimensions are told apart by how the words of the vocabulary use them; for each the most similar one of the other model is looked up, and those with the same number are counted.",
            "Silent when these dimensions were permuted or mixed, or when the embedding was trained anew."),
        ["head-index"] = new(
            "Numbers of attention heads",
            "Which attention head got which number is an accident too: each head is matched with the most similar one of the other model, and those with the same number are counted. A model with few heads can reach only a modest p-value.",
            "Silent when heads were reordered, or layers added or dropped."),
        ["identical-bytes"] = new(
            "Identical tensors",
            "Tensors that are the same to the last bit. Two trainings never agree so by accident.",
            "Silent after the smallest change, a change of the number format included."),
        ["learned-parameters"] = new(
            "What only training writes",
            "Some parameters start from the same constant in every model, so whatever pattern they show was learned. Where they agree as well as the rest, more than a common start is shared.",
            "Not made where a model has no such parameters that can be compared."),
        ["two-witness"] = new(
            "Two witnesses",
            "Each detector has two halves: what it listens for, and what it says. One witness names its counterpart by the first half, the other by the second. In unrelated models they name the same one about as often as dice would.",
            "Silent when the hidden dimensions were permuted or mixed; made only for models with gates."),
        ["aligned-units"] = new(
            "Units in a recovered basis",
            "Somebody can turn the space in which a model thinks: every number changes and the model says the same as before. The turn is looked for on one half of the layers and judged on the other half.",
            "Needs the weights of both models, and vectors that kept a cosine of about a half."),
        ["aligned-attention"] = new(
            "Attention in a recovered basis",
            "The circuits of the attention heads in that recovered basis: weights to which the basis was not fitted.",
            "Needs the weights of both models."),
        ["direct-cosine"] = new(
            "Matrices side by side",
            "The matrices of corresponding layers compared number by number, ranked against layers that do not correspond.",
            "Silent when units or dimensions were permuted or mixed."),
        ["centred-gains"] = new(
            "Gains",
            "The scale that each layer gives to each dimension, with the mean that all models share taken off, ranked against other layers.",
            "Silent when dimensions were permuted or gains were folded into matrices."),
        ["named-tensors"] = new(
            "Tensors by name",
            "Tensors of the same name and shape compared where their role is not known.",
            "Silent after renaming."),
        ["token-geometry"] = new(
            "How words lie to one another",
            "Which words are near to which, in both embeddings. It does not change when the space is turned.",
            "Models trained on like text agree in part, so it decides nothing."),
        ["sigma-curves"] = new(
            "Spread by layer",
            "How far the numbers of each matrix spread, layer by layer: the \"intrinsic fingerprint\" over which a public accusation was fought in 2025.",
            "Unrelated models of one shape often show nearly the same curves, so it decides nothing."),
    };

    /// <summary>The guide to a method; a method without an entry is called by its own name.</summary>
    public static MethodGuide Of(string method) => Known.GetValueOrDefault(method) ?? new(method, "", "");
}
