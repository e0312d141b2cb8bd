using System.CommandLine;

namespace Stemma.Cli.Commands;

/// <summary>A verb whose help ends with commands that can be copied.</summary>
internal abstract class Verb : Command
{
    protected Verb(Surroundings around, string name, string description)
        : base(name, description)
    {
        Around = around;
        SetAction(parsed => Outcome.Of(around, AsksForJson(parsed), () => Run(parsed)).Value);
    }

    /// <summary>How it is called, in one line.</summary>
    public abstract string Synopsis { get; }

    /// <summary>Lines for the end of the help.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    protected Surroundings Around { get; }

    /// <summary>Adds the models. An argument's own validator is not asked when there is no argument, so the verb counts.</summary>
    protected void AddModels(Argument<string[]> models, int atLeast, string tooFew)
    {
        Add(models);
        Validators.Add(result =>
        {
            var given = result.GetResult(models)?.Tokens ?? [];
            if (given.Count < atLeast && !given.Any(token => token.Value.StartsWith('-'))) result.AddError(tooFew);
        });
    }

    protected abstract ExitCode Run(ParseResult parsed);

    private static bool AsksForJson(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<string>>().Any(option => option.Name == SharedOptions.FormatName && parsed.GetValue(option) == "json");
}
