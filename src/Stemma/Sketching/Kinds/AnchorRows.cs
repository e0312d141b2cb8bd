namespace Stemma.Sketching.Kinds;

/// <summary>
/// Rows of the embedding and of the head for a few tokens, chosen by hash of the token's bytes so that two vocabularies choose the same tokens.
/// </summary>
/// <param name="ByBytes">True when keys are hashes of token bytes; false when no tokenizer was found and they are hashes of ids.</param>
/// <param name="Width">Residual width.</param>
/// <param name="Keys">One per token, ascending.</param>
/// <param name="Ids">Token ids.</param>
/// <param name="Embed">[tokens, width] signed bytes; empty when there is no embedding.</param>
/// <param name="EmbedScale">What one step is worth, per token.</param>
/// <param name="Head">[tokens, width] with the final gain folded; empty when tied or absent.</param>
/// <param name="HeadScale">What one step is worth, per token.</param>
public sealed record AnchorRows(
    bool ByBytes, int Width, ulong[] Keys, int[] Ids, sbyte[] Embed, float[] EmbedScale, sbyte[] Head, float[] HeadScale)
{
    /// <summary>No anchors: a model without an embedding.</summary>
    public static AnchorRows None { get; } = new(ByBytes: false, 0, [], [], [], [], [], []);

    public int Count => Keys.Length;
}
