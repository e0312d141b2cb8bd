using System.Text;
using Stemma.Checkpoints;
using Stemma.Foundation;
using Stemma.Tests.Support;

namespace Stemma.Tests.Attacks;

public sealed class PickleAttacks : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("nt", "system")]
    [InlineData("subprocess", "Popen")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "exec")]
    [InlineData("builtins", "__import__")]
    [InlineData("runpy", "_run_code")]
    [InlineData("operator", "attrgetter")]
    [InlineData("functools", "partial")]
    [InlineData("importlib", "import_module")]
    [InlineData("torch.serialization", "load")]
    [InlineData("torch._inductor.codecache", "compile_file")]
    [InlineData("idlelib.pyshell", "ModifiedInterpreter.runcommand")]
    [InlineData("numpy.testing._private.utils", "runstring")]
    [InlineData("pip._internal", "main")]
    public void A_name_that_runs_code_is_refused_and_called_so(string module, string name)
    {
        var pickle = new PickleWriter().Dict(("w", Weight)).Op('(').Text("a").Global(module, name).Op('(').Text("id").Op('t').Op('R').Op('u').Stop();
        var fault = Refused(pickle, FaultCode.PickleUnsafe);
        Assert.Contains($"{module}.{name}", fault.Found, StringComparison.Ordinal);
        Assert.Contains("known to run code", fault.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("__main__", "GPT")]
    [InlineData("argparse", "Namespace")]
    [InlineData("numpy.core.multiarray", "scalar")]
    [InlineData("torch", "_utils._rebuild_tensor_v2")]
    [InlineData("collections", "OrderedDict.__class__")]
    [InlineData("transformers.training_args", "TrainingArguments")]
    public void A_name_that_weights_do_not_need_is_refused_even_if_nobody_calls_it(string module, string name)
    {
        var fault = Refused(new PickleWriter().Dict(("w", Weight), ("x", pickle => pickle.Global(module, name))).Stop(), FaultCode.PickleUnsafe);
        Assert.Contains($"{module}.{name}", fault.Found, StringComparison.Ordinal);
        Assert.Contains("do not need", fault.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fault_points_at_the_opcode()
    {
        var pickle = new PickleWriter().Dict(("w", Weight));
        var before = pickle.ToArray().Length;
        var bytes = TorchZipWriter.Checkpoint(pickle.Global("os", "system").Stop(), new byte[8]);
        var fault = Hostile.Refused(_folder.Write("m.pt", bytes), FaultCode.PickleUnsafe);
        Assert.Equal(bytes.AsSpan().IndexOf("cos\nsystem\n"u8), fault.Offset);
        Assert.True(fault.Offset > before);
    }

    public static TheoryData<string, byte[], FaultCode> Streams => new()
    {
        { "INST", P().Op('(').Text("id").Raw("ios\nsystem\n"u8.ToArray()).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "STACK_GLOBAL", P().Text("os").Text("system").Raw(0x93).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "STACK_GLOBAL through the memo", P().Text("os").Raw((byte)'q', 0).Text("system").Raw((byte)'q', 1).Op('0').Op('0').Raw((byte)'h', 0, (byte)'h', 1, 0x93).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "STACK_GLOBAL with numbers", P().Number(1).Number(2).Raw(0x93).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "STACK_GLOBAL on an empty stack", P().Raw(0x93).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "OBJ", P().Op('(').Global("collections", "OrderedDict").Op('o').Stop().ToArray(), FaultCode.PickleUnsafe },
        { "NEWOBJ_EX", P().Global("collections", "OrderedDict").Op(')').Op('}').Raw(0x92).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "EXT1", P().Raw(0x82, 1).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "PERSID as text", P().Raw("Pos.system\n"u8.ToArray()).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "FRAME", P().Raw(0x95, 1, 0, 0, 0, 0, 0, 0, 0).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "NEXT_BUFFER", P().Raw(0x97).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "an opcode that does not exist", P().Raw(0xFF).Stop().ToArray(), FaultCode.PickleUnsafe },
        { "a call of a string", P().Text("os.system").Op(')').Op('R').Stop().ToArray(), FaultCode.PickleUnsafe },
        { "a call of a dtype", P().Global("torch", "float32").Op(')').Op('R').Stop().ToArray(), FaultCode.PickleUnsafe },
        { "attributes of a tensor", P().Tensor("FloatStorage", "0", 2, 0, [2]).Op('}').Op('b').Stop().ToArray(), FaultCode.PickleUnsafe },
        { "attributes of a plain dictionary", P().Op('}').Op('}').Op('b').Stop().ToArray(), FaultCode.PickleUnsafe },
        { "a broken pickle after the payload", P().Global("os", "system").Raw(0xFF, 0xFF).ToArray(), FaultCode.PickleUnsafe },
        { "several pickles in one stream", [.. P().Dict().Stop().ToArray(), .. P().Global("os", "system").Stop().ToArray()], FaultCode.PickleInvalid },
        { "a harmless tail", [.. P().Dict().Stop().ToArray(), 0], FaultCode.PickleInvalid },
        { "no end", P().Dict().ToArray(), FaultCode.PickleInvalid },
        { "nothing", [], FaultCode.PickleInvalid },
        { "only an end", P().Stop().ToArray(), FaultCode.PickleInvalid },
        { "protocol 9", [0x80, 9, (byte)'N', (byte)'.'], FaultCode.PickleInvalid },
        { "a missing memo", P().Raw((byte)'h', 5).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a memo of nothing", P().Raw((byte)'q', 5).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a tuple of too little", P().Number(1).Raw(0x87).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a pop through a mark", P().Number(1).Op('(').Raw(0x85).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a tuple without a mark", P().Number(1).Op('t').Stop().ToArray(), FaultCode.PickleInvalid },
        { "items for a number", P().Number(1).Op('(').Number(1).Number(2).Op('u').Stop().ToArray(), FaultCode.PickleInvalid },
        { "half an item", P().Op('}').Op('(').Number(1).Op('u').Stop().ToArray(), FaultCode.PickleInvalid },
        { "append to a dictionary", P().Op('}').Number(1).Op('a').Stop().ToArray(), FaultCode.PickleInvalid },
        { "text longer than the file", P().Op('X').Raw(0xFF, 0xFF, 0xFF, 0xFF).Stop().ToArray(), FaultCode.PickleInvalid },
        { "text that is not UTF-8", P().Op('X').Raw(1, 0, 0, 0, 0xFF).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a number longer than the file", P().Raw(0x8A, 200).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a name without an end", P().Raw([(byte)'c', .. Encoding.ASCII.GetBytes(new string('a', 5000))]).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a persistent id that is text", P().Text("0").Op('Q').Stop().ToArray(), FaultCode.PickleInvalid },
        { "a storage key with a path", P().Dict(("w", p => p.Tensor("FloatStorage", "../0", 2, 0, [2]))).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a storage with a negative count", P().Storage("FloatStorage", "0", -1).Stop().ToArray(), FaultCode.PickleInvalid },
        { "a tensor of no storage", P().Global("torch._utils", "_rebuild_tensor_v2").Op(')').Op('R').Stop().ToArray(), FaultCode.PickleInvalid },
        { "wrappers without an end", P().Global("torch._tensor", "_rebuild_from_type_v2").Op(')').Op('R').Stop().ToArray(), FaultCode.PickleInvalid },
        { "a storage that is not there", P().Dict(("w", p => p.Tensor("FloatStorage", "7", 2, 0, [2]))).Stop().ToArray(), FaultCode.TorchStorageInvalid },
        { "a storage larger than its entry", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 3, 0, [2]))).Stop().ToArray(), FaultCode.TorchStorageInvalid },
        { "a storage of 2^62 numbers", P().Dict(("w", p => p.Tensor("DoubleStorage", "0", 1L << 62, 0, [2]))).Stop().ToArray(), FaultCode.TorchStorageInvalid },
        { "a storage of two kinds", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [2])), ("v", p => p.Tensor("HalfStorage", "0", 2, 0, [2]))).Stop().ToArray(), FaultCode.TorchStorageInvalid },
        { "a view beyond its storage", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 1, [2]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "strides beyond the storage", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [2], [2]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "a negative offset", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, -1, [2]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "a negative stride", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 1, [2], [-1]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "a negative size", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [-2], [1]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "sizes and strides of other ranks", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [2], [1, 1]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "a product above 64 bits", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [long.MaxValue, 4], [0, 0]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "strides above 64 bits", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [3, 3], [long.MaxValue, long.MaxValue]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "a broadcast of a petabyte", P().Dict(("w", p => p.Tensor("FloatStorage", "0", 2, 0, [1L << 48, 1], [0, 1]))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
        { "two tensors of one name", P().Dict(("a.b", Weight), ("a", p => p.Dict(("b", Weight)))).Stop().ToArray(), FaultCode.TorchTensorInvalid },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void A_malformed_or_hostile_pickle_is_refused(string story, byte[] pickle, FaultCode expected)
    {
        var bytes = TorchZipWriter.Zip(TorchZipWriter.Parts(pickle, new byte[8]));
        Assert.True(Hostile.Refused(_folder.Write("m.pt", bytes), expected).Offset >= 0, story);
    }

    [Fact]
    public void Objects_nested_without_end_need_no_stack()
    {
        var lists = P().Raw([.. Enumerable.Repeat((byte)']', 30_000)]).Raw([.. Enumerable.Repeat((byte)'a', 29_999)]);
        Refused(lists.Stop(), FaultCode.PickleInvalid);
        Refused(P().Op(']').Raw((byte)'q', 0).Raw((byte)'h', 0).Op('a').Stop(), FaultCode.PickleInvalid);
        Refused(P().Raw([.. Enumerable.Repeat((byte)'(', 100_000)]).Stop(), FaultCode.PickleInvalid);
    }

    [Fact]
    public void A_doubling_of_shared_parts_is_bounded()
    {
        var pickle = P().Op(']');
        for (byte i = 0; i < 30; i++) pickle.Raw((byte)'q', i).Op(']').Raw((byte)'h', i).Op('a').Raw((byte)'h', i).Op('a');
        Refused(pickle.Stop(), FaultCode.PickleTooLarge);
    }

    [Fact]
    public void Copies_of_a_large_dictionary_are_bounded()
    {
        var pickle = P().Op('}').Op('(');
        for (var i = 0; i < 2000; i++) pickle.Number(i).Op('N');
        pickle.Op('u').Raw((byte)'q', 0).Op(']');
        for (var i = 0; i < 500; i++) pickle.Global("collections", "OrderedDict").Raw((byte)'h', 0, 0x85).Op('R').Op('a');
        Refused(pickle.Stop(), FaultCode.PickleTooLarge);
    }

    [Fact]
    public void Any_flipped_bit_of_a_pickle_is_refused_or_read_but_never_crashes()
    {
        var whole = P().Dict(("w", Weight), ("v", p => p.Tensor("FloatStorage", "0", 2, 0, [2], [1]))).Stop().ToArray();
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var pickle = whole.ToArray();
                pickle[at] ^= (byte)(1 << bit);
                var path = _folder.Write("m.pt", TorchZipWriter.Zip(TorchZipWriter.Parts(pickle, new byte[8])));
                try
                {
                    CheckpointOpener.Open(path).Dispose();
                }
                catch (StemmaException refused)
                {
                    Assert.NotEqual(FaultCode.ReadFailed, refused.Fault.Code);
                }
            }
        }
    }

    private Fault Refused(PickleWriter pickle, FaultCode expected) =>
        Hostile.Refused(_folder.Write("m.pt", TorchZipWriter.Checkpoint(pickle, new byte[8])), expected);

    private static PickleWriter P() => new();

    private static void Weight(PickleWriter pickle) => pickle.Tensor("FloatStorage", "0", 2, 0, [2]);
}
