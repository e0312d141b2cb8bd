using Stemma.Anatomy;
using Stemma.Anatomy.Values;
using Stemma.Foundation.Linear;

namespace Stemma.Comparing.Published;

/// <summary>
/// AWM (ICLR 2026, arXiv 2510.06738; LUMIA-Group/AWM, similarity_metrics.py): the residual dimensions of both models are assigned to each other, with signs, by the
/// cosine of the embeddings' columns over shared tokens; the alignment is applied to Q and K; unbiased CKA of W^T W per layer; the mean over layers of Q and of
/// K; the mean of the two. The wider model is the base, of equals the known one; where depths differ layers are assigned to layers. Gains are ignored, as published.
/// The base takes on the other's signs before centring, and centring is not free of signs: which model is the base, and a flip of signs, show in the third digit.
/// The published z = |score - 0.00375| / 0.0028 is given as detail: its scale comes from 90 pairs of 7B and 13B models and its absolute value counts negative
/// deviations too.
/// </summary>
/// <param name="name">Name of the variant.</param>
/// <param name="shared">How tokens are matched: the published code compares strings; by bytes is the variant that tokenizers of two styles need.</param>
internal sealed class Awm(string name, Func<ModelWeights, ModelWeights, SharedTokens> shared) : IPublishedMethod
{
    private const double PublishedMean = 0.00375, PublishedDeviation = 0.0028;

    public string Name => name;

    public string Source => "arXiv 2510.06738: mean unbiased CKA of Q and K after aligning residual dimensions by shared tokens";

    public PublishedScore Score(ModelWeights subject, ModelWeights reference)
    {
        var (wider, narrower) = reference.Shape.Hidden >= subject.Shape.Hidden ? (reference, subject) : (subject, reference);
        if (Align(wider, narrower) is not { } alignment) return PublishedScore.NotApplicable("no shared tokens and different widths");
        var (queries, keys) = (Similarities(wider, narrower, TensorRole.Q, alignment), Similarities(wider, narrower, TensorRole.K, alignment));
        if (queries is null || keys is null) return PublishedScore.NotApplicable("no Q and K in every layer of both");
        var layers = LayerMap(queries, keys);
        var score = layers.Average(l => (queries[l.Row, l.Column] + keys[l.Row, l.Column]) / 2.0);
        return new(score, Detail: $"z = {Math.Abs(score - PublishedMean) / PublishedDeviation:0.0}");
    }

    /// <summary>For each dimension of the narrower model the wider one's that it meets, and the sign. Without shared tokens models of one width are compared as stored.</summary>
    private (int[] Index, float[] Sign)? Align(ModelWeights wider, ModelWeights narrower)
    {
        var (embedding, other) = (wider.Read(TensorRole.Embed), narrower.Read(TensorRole.Embed));
        var tokens = shared(wider, narrower);
        if (embedding is null || other is null || tokens.A.Length == 0)
        {
            var width = narrower.Shape.Hidden;
            return wider.Shape.Hidden == width ? (Enumerable.Range(0, width).ToArray(), Enumerable.Repeat(1f, width).ToArray()) : null;
        }

        var (rows, otherRows) = tokens.Rows(embedding, other);
        var (columns, otherColumns) = (rows.Transpose(), otherRows.Transpose());
        columns.NormaliseRows();
        otherColumns.NormaliseRows();
        var cosines = Products.MultiplyTransposed(otherColumns, columns);
        var size = new Matrix(cosines.Rows, cosines.Columns);
        for (var i = 0; i < size.Data.Length; i++) size.Data[i] = Math.Abs(cosines.Data[i]);
        var index = Assignment.Maximise(size);
        return (index, [.. index.Select((at, dimension) => (float)Math.Sign(cosines[dimension, at]))]);
    }

    /// <summary>[layers of the wider, layers of the narrower]; only the diagonal is filled where depths agree. Null when a layer has no such matrix.</summary>
    private static Matrix? Similarities(ModelWeights wider, ModelWeights narrower, TensorRole role, (int[] Index, float[] Sign) alignment)
    {
        var (here, there) = (Grams(wider, role, alignment), Grams(narrower, role, null));
        if (here is null || there is null || here.Length == 0 || there.Length == 0) return null;
        var result = new Matrix(here.Length, there.Length);
        for (var i = 0; i < here.Length; i++)
        {
            for (var j = 0; j < there.Length; j++)
                if (i == j || here.Length != there.Length) result[i, j] = (float)Ucka.Similarity(here[i], there[j]);
        }

        return result;
    }

    /// <summary>Centred W^T W of each layer, after the alignment of its columns.</summary>
    private static Matrix[]? Grams(ModelWeights model, TensorRole role, (int[] Index, float[] Sign)? alignment)
    {
        var grams = new Matrix[model.Shape.Layers];
        for (var layer = 0; layer < grams.Length; layer++)
        {
            if (model.Read(role, layer) is not { } weights) return null;
            // Columns as rows: W^T, [width, head numbers].
            var rows = weights.Transpose();
            if (alignment is { } map) rows = rows.Take(map.Index).ScaleRows(map.Sign);
            grams[layer] = Ucka.Centre(Products.Square(rows));
        }

        return grams;
    }

    /// <summary>Layer i with layer i where depths agree, else the assignment that maximises the mean of both similarities.</summary>
    private static IEnumerable<(int Row, int Column)> LayerMap(Matrix queries, Matrix keys)
    {
        if (queries.Rows == queries.Columns) return Enumerable.Range(0, queries.Rows).Select(i => (i, i));
        var both = new Matrix(queries.Rows, queries.Columns);
        for (var i = 0; i < both.Data.Length; i++) both.Data[i] = (queries.Data[i] + keys.Data[i]) / 2;
        return both.Rows < both.Columns
            ? Assignment.Maximise(both).Select((column, row) => (row, column))
            : Assignment.Maximise(both.Transpose()).Select((row, column) => (row, column));
    }
}
