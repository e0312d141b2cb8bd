namespace Stemma.Running.Tokenizing;

/// <summary>Cuts one piece, as the pre-tokenizer left it, into tokens.</summary>
internal interface ITokenModel
{
    /// <summary>Appends the ids of a piece that is not empty.</summary>
    /// <exception cref="Foundation.StemmaException"><see cref="Foundation.FaultCode.TextNotEncodable"/> when the vocabulary has no way to write it.</exception>
    void Encode(string piece, List<int> ids);

    /// <summary>The rank of the merge that makes a token, smaller first; null for tokens that no merge makes and for models without merges.</summary>
    double? MergeRank(int id) => null;
}
