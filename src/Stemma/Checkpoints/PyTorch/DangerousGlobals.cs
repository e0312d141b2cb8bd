namespace Stemma.Checkpoints.PyTorch;

/// <summary>
/// Names that scanners (picklescan, modelscan, fickling) know to run code. The list decides nothing, since everything outside
/// <see cref="PickleGlobals"/> is refused; it only makes the refusal say what kind of file this is.
/// </summary>
internal static class DangerousGlobals
{
    private static readonly HashSet<string> Modules = Set(
        "aiohttp asyncio bdb commands ctypes httplib numpy.f2py numpy.testing._private.utils nt posix os requests.api runpy shutil socket ssl subprocess sys "
        + "cProfile pdb pickle _pickle pip pty profile pydoc test timeit urllib.request uuid venv webbrowser distutils.file_util _osx_support _aix_support _pyrepl "
        + "idlelib multiprocessing marshal importlib _imp imp zipimport codeop gc site unittest inspect functools http urllib smtplib ftplib poplib telnetlib nntplib dill "
        + "joblib tempfile filecmp sqlite3 signal threading atexit socketserver xmlrpc pexpect pipes _interpreters");

    private static readonly HashSet<string> Members = Set(
        "builtins.eval builtins.compile builtins.getattr builtins.apply builtins.exec builtins.open builtins.breakpoint builtins.__import__ types.CodeType "
        + "logging.FileHandler _io.FileIO operator.attrgetter operator.itemgetter operator.methodcaller _operator.attrgetter _operator.itemgetter _operator.methodcaller "
        + "code.InteractiveInterpreter.runcode doctest.debug_script ensurepip._run_pip imaplib.IMAP4_stream lib2to3.pgen2.grammar.Grammar.loads "
        + "lib2to3.pgen2.pgen.ParserGenerator.make_label pkgutil.resolve_name trace.Trace.run trace.Trace.runctx cloudpickle.cloudpickle._builtin_type "
        + "cloudpickle.cloudpickle._make_function cloudpickle.cloudpickle._function_setstate cloudpickle.cloudpickle._make_cell cloudpickle.cloudpickle._make_empty_cell "
        + "cloudpickle.cloudpickle.subimport torch._dynamo.guards.GuardBuilder.get torch._inductor.codecache.compile_file "
        + "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression torch.jit.unsupported_tensor_ops.execWrapper torch.serialization.load torch.load "
        + "torch.utils._config_module.ConfigModule.load_config torch.utils.bottleneck.__main__.run_cprofile torch.utils.bottleneck.__main__.run_autograd_prof "
        + "torch.utils.collect_env.run torch.utils.data.datapipes.utils.decoder.basichandlers");

    /// <summary>True when scanners call this name dangerous: a listed member, or anything in a listed module or below it.</summary>
    public static bool Contains(string module, string name)
    {
        var full = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        if (Members.Contains(full)) return true;
        for (var dot = full.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = full.IndexOf('.', dot + 1))
        {
            if (Modules.Contains(full[..dot])) return true;
        }

        return false;
    }

    private static HashSet<string> Set(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
