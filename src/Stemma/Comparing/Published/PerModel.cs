using System.Runtime.CompilerServices;
using Stemma.Anatomy.Values;

namespace Stemma.Comparing.Published;

/// <summary>Something computed once per open model, also when several threads ask at once; forgotten with the model.</summary>
internal sealed class PerModel<T>(Func<ModelWeights, T> compute)
    where T : class
{
    private readonly ConditionalWeakTable<ModelWeights, Lazy<T>> _known = [];

    public T Of(ModelWeights model) => _known.GetValue(model, key => new(() => compute(key))).Value;
}
