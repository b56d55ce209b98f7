namespace MiniK8s.Kubelet.Simulation.Shell;

// What the parser makes of a script: commands are made of words, words of parts that are expanded when the command runs.

internal abstract record WordPart(bool IsQuoted);

/// <summary>Text as it stands.</summary>
internal sealed record LiteralPart(string Text, bool IsQuoted) : WordPart(IsQuoted);

/// <summary>
/// <c>$x</c>, <c>${x}</c>, <c>${x:-word}</c>, <c>${#x}</c> (operator <c>length</c>), <c>${x%pattern}</c>, <c>${x/a/b}</c>.
/// </summary>
internal sealed record ParameterPart(string Name, string Operator, Word? Argument, bool IsQuoted) : WordPart(IsQuoted)
{
    /// <summary>What <c>${x/pattern/this}</c> puts in place; null: nothing.</summary>
    public Word? Replacement { get; init; }
}

/// <summary><c>$(…)</c> and backquotes.</summary>
internal sealed record SubstitutionPart(Command Body, bool IsQuoted) : WordPart(IsQuoted);

/// <summary><c>$((…))</c>.</summary>
internal sealed record ArithmeticPart(Word Expression, bool IsQuoted) : WordPart(IsQuoted);

internal sealed record Word(IReadOnlyList<WordPart> Parts)
{
    /// <summary>The text if nothing in it is quoted or expanded: only such words can be reserved ones.</summary>
    public string? Plain => Parts is [LiteralPart { IsQuoted: false } literal] ? literal.Text : null;
}

internal enum RedirectionKind
{
    Input,
    Output,
    Append,

    /// <summary><c>>|</c>: into a file that is there already, also after <c>set -C</c>.</summary>
    Overwrite,
    ReadWrite,

    /// <summary><c>2>&amp;1</c>, and <c>2>&amp;-</c> to close.</summary>
    Duplicate,
    HereDocument,
}

/// <summary>One redirection of descriptor <see cref="Number"/>. A here-document's body is <see cref="Target"/>.</summary>
internal sealed record Redirection(int Number, RedirectionKind Kind, Word Target);

internal sealed record Assignment(string Name, Word Value);

internal abstract record Command
{
    /// <summary>Redirections of a compound command; a simple command keeps its own here as well.</summary>
    public IReadOnlyList<Redirection> Redirections { get; init; } = [];

    /// <summary>Counted from 1, for error texts.</summary>
    public int Line { get; init; }
}

internal sealed record SimpleCommand(IReadOnlyList<Assignment> Assignments, IReadOnlyList<Word> Words) : Command;

/// <summary><c>a; b &amp; c</c>: in order, those marked in the background.</summary>
internal sealed record ListCommand(IReadOnlyList<ListItem> Items) : Command;

internal sealed record ListItem(Command Command, bool InBackground);

internal sealed record AndOrCommand(Command Left, bool IsAnd, Command Right) : Command;

internal sealed record PipelineCommand(IReadOnlyList<Command> Stages, bool IsNegated) : Command;

internal sealed record SubshellCommand(Command Body) : Command;

internal sealed record GroupCommand(Command Body) : Command;

internal sealed record IfCommand(Command Condition, Command Then, Command? Else) : Command;

internal sealed record LoopCommand(Command Condition, Command Body, bool IsUntil) : Command;

/// <summary><see cref="Words"/> null: over the positional parameters.</summary>
internal sealed record ForCommand(string Name, IReadOnlyList<Word>? Words, Command Body) : Command;

internal sealed record CaseCommand(Word Subject, IReadOnlyList<CaseClause> Clauses) : Command;

internal sealed record CaseClause(IReadOnlyList<Word> Patterns, Command? Body);

internal sealed record FunctionCommand(string Name, Command Body) : Command
{
    /// <summary>What the host keeps of it, about.</summary>
    public long Size { get; init; }
}
