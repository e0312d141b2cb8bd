using Stemma.Foundation;

namespace Stemma.Checkpoints.PyTorch;

/// <summary>A tensor found in a checkpoint's objects.</summary>
/// <param name="Path">Keys from the root to it.</param>
/// <param name="Value">A <see cref="PickleTensor"/> or a <see cref="PickleUnreadable"/>.</param>
internal sealed record FoundTensor(IReadOnlyList<string> Path, object Value);

/// <summary>
/// Finds the model's tensors among what training scripts save: bare state dictionaries, <c>{"model": ...}</c>, <c>{"state_dict": ..., "optimizer": ...}</c>,
/// lists. States of optimisers are left out and told. The objects may share parts and even contain themselves, so the walk is bounded.
/// </summary>
internal sealed class StateDictWalker(PickleSource source)
{
    private const int DeepestLevel = 32;

    /// <summary>Longest name of a tensor with its keys joined.</summary>
    private const int LongestName = 2048;

    private static readonly string[] TrainingPrefixes = ["optim", "lr_sched", "exp_avg"];

    private static readonly string[] TrainingKeys =
        ["scheduler", "schedulers", "scaler", "grad_scaler", "rng", "rng_state", "rng_states", "random_state", "amp", "callbacks", "loops", "momentum_buffer"];

    private static readonly string[] Wrappers = ["model", "state_dict", "model_state_dict", "model_state", "module", "net", "network", "params", "weights"];

    private readonly List<FoundTensor> _found = [];
    private readonly List<string> _leftOut = [];

    /// <summary>The tensors, with the name of a lone wrapper taken off.</summary>
    /// <param name="root">What the pickle built.</param>
    /// <param name="notices">Gets one line when something was left out.</param>
    public IReadOnlyList<FoundTensor> Find(object? root, List<Notice> notices)
    {
        Walk(root);
        if (_leftOut.Count > 0)
            notices.Add(new Notice("optimizer-state", $"left out as states of training: {string.Join(", ", _leftOut.Take(8).Select(SafeText.Escape))}"));
        var wrapped = 0;
        while (_found.Count > 0 && IsWrapped(wrapped)) wrapped++;
        return wrapped == 0 ? _found : [.. _found.Select(one => one with { Path = [.. one.Path.Skip(wrapped)] })];
    }

    private bool IsWrapped(int depth)
    {
        var key = _found[0].Path.ElementAtOrDefault(depth);
        return Wrappers.Contains(key) && _found.TrueForAll(one => one.Path.Count > depth + 1 && one.Path[depth] == key);
    }

    private void Walk(object? root)
    {
        var pending = new Stack<(object? Value, Step? Step)>();
        pending.Push((root, null));
        while (pending.TryPop(out var at))
        {
            if (at.Value is PickleTensor or PickleUnreadable)
            {
                Add(at.Value, at.Step);
                continue;
            }

            var children = Children(at.Value);
            source.Spend(children.Count + 1, source.Offset);
            for (var i = children.Count - 1; i >= 0; i--) Push(pending, at.Step, children.KeyOf(i), children.ValueOf(i));
        }
    }

    private void Push(Stack<(object? Value, Step? Step)> pending, Step? parent, object? key, object? value)
    {
        if (value is not (PickleDict or PickleList or PickleTuple or PickleTensor or PickleUnreadable)) return;
        var step = new Step(parent, key switch { string text => text, long number => $"{number}", _ => "?" }, (parent?.Depth ?? 0) + 1);
        if (step.Depth > DeepestLevel) throw source.Invalid(source.Offset, $"dictionaries nested deeper than {DeepestLevel} levels");
        var isTraining = step.Depth <= 2 && value is not (PickleTensor or PickleUnreadable)
            && (TrainingKeys.Contains(step.Key) || Array.Exists(TrainingPrefixes, word => step.Key.StartsWith(word, StringComparison.Ordinal)));
        if (isTraining) _leftOut.Add(step.Key);
        else pending.Push((value, step));
    }

    private void Add(object value, Step? last)
    {
        var path = new List<string>();
        for (var step = last; step is not null; step = step.Parent) path.Add(step.Key);
        path.Reverse();
        var length = path.Sum(key => (long)key.Length + 1);
        if (length > LongestName) throw source.Invalid(source.Offset, $"a tensor name of {length} characters");
        source.Spend((int)length / 16, source.Offset);
        _found.Add(new FoundTensor(path, value));
    }

    private static Items Children(object? value) => value switch
    {
        PickleDict { Items: var items } => new Items(items.Count, i => items[i].Key, i => items[i].Value),
        PickleList { Items: var items } => new Items(items.Count, i => (long)i, i => items[i]),
        PickleTuple { Items: var items } => new Items(items.Length, i => (long)i, i => items[i]),
        _ => new Items(0, _ => null, _ => null),
    };

    private sealed record Items(int Count, Func<int, object?> KeyOf, Func<int, object?> ValueOf);

    private sealed record Step(Step? Parent, string Key, int Depth);
}
