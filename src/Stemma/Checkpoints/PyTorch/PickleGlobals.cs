namespace Stemma.Checkpoints.PyTorch;

/// <summary>What calling an allowed name means.</summary>
internal enum PickleCall
{
    NotCallable, OrderedDict, Counter, Size, Parameter, Meaningless, Encode, Rebuild, RebuildV2, RebuildV3, RebuildParameter, RebuildFromType, Unreadable,
}

/// <summary>The names that a pickle may mention: those of PyTorch's weights-only unpickler. Every other name is refused when it is mentioned, called or not.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<(string Module, string Name), PickleGlobal> Allowed = Build();

    /// <summary>The allowed name, or null. Python 2's <c>__builtin__</c> is <c>builtins</c>.</summary>
    public static PickleGlobal? Find(string module, string name) => Allowed.GetValueOrDefault((module == "__builtin__" ? "builtins" : module, name));

    private static Dictionary<(string Module, string Name), PickleGlobal> Build()
    {
        var table = new Dictionary<(string Module, string Name), PickleGlobal>();
        void Add(string module, PickleCall call, params string[] names)
        {
            foreach (var name in names) table.Add((module, name), new PickleGlobal($"{module}.{name}", call));
        }

        Add("collections", PickleCall.OrderedDict, "OrderedDict");
        Add("collections", PickleCall.Counter, "Counter");
        Add("builtins", PickleCall.Meaningless, "bytearray", "set", "complex");
        Add("_codecs", PickleCall.Encode, "encode");
        Add("torch", PickleCall.Size, "Size");
        Add("torch", PickleCall.Meaningless, "device");
        Add("torch.serialization", PickleCall.Meaningless, "_get_layout");
        Add("torch.nn.parameter", PickleCall.Parameter, "Parameter");
        Add("torch._utils", PickleCall.Rebuild, "_rebuild_tensor");
        Add("torch._utils", PickleCall.RebuildV2, "_rebuild_tensor_v2");
        Add("torch._utils", PickleCall.RebuildV3, "_rebuild_tensor_v3");
        Add("torch._utils", PickleCall.RebuildParameter, "_rebuild_parameter", "_rebuild_parameter_with_state");
        Add("torch._tensor", PickleCall.RebuildFromType, "_rebuild_from_type_v2");
        Add(
            "torch._utils", PickleCall.Unreadable, "_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_meta_tensor_no_storage", "_rebuild_wrapper_subclass",
            "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor");
        Add("torch", PickleCall.NotCallable, "per_tensor_affine", "per_tensor_symmetric", "per_channel_affine", "per_channel_symmetric", "per_channel_affine_float_qparams");
        Add(
            "torch", PickleCall.Unreadable, "Tensor", "FloatTensor", "DoubleTensor", "HalfTensor", "BFloat16Tensor", "LongTensor", "IntTensor", "ShortTensor",
            "CharTensor", "ByteTensor", "BoolTensor");
        foreach (var (name, kind) in StorageKind.OfDtypes) table.Add(("torch", name), new PickleGlobal($"torch.{name}", PickleCall.NotCallable, kind));
        foreach (var (name, kind) in StorageKind.OfStorages)
        {
            foreach (var module in (string[])["torch", "torch.cuda", "torch.storage"]) table.Add((module, name), new PickleGlobal($"{module}.{name}", PickleCall.NotCallable, kind));
        }

        return table;
    }
}
