namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

// What the parser makes of a program.

internal abstract record AwkExpression;

internal sealed record AwkConstant(AwkValue Value) : AwkExpression;

/// <summary>By itself <c>$0 ~ /…/</c>; as an operand of <c>~</c> or an argument of <c>sub</c> the expression itself.</summary>
internal sealed record AwkPattern(string Text) : AwkExpression;

internal abstract record AwkPlace : AwkExpression;

internal sealed record AwkVariable(string Name) : AwkPlace;

internal sealed record AwkField(AwkExpression Index) : AwkPlace;

internal sealed record AwkElement(string Array, IReadOnlyList<AwkExpression> Index) : AwkPlace;

internal sealed record AwkUnary(string Operator, AwkExpression Operand) : AwkExpression;

/// <summary><see cref="Operator"/> empty: one after the other.</summary>
internal sealed record AwkBinary(string Operator, AwkExpression Left, AwkExpression Right) : AwkExpression;

internal sealed record AwkConditional(AwkExpression Condition, AwkExpression Then, AwkExpression Else) : AwkExpression;

/// <summary><see cref="Operator"/> is what stands before the <c>=</c>.</summary>
internal sealed record AwkAssignment(AwkPlace Place, string Operator, AwkExpression Value) : AwkExpression;

internal sealed record AwkStep(AwkPlace Place, int By, bool IsPrefix) : AwkExpression;

internal sealed record AwkMembership(IReadOnlyList<AwkExpression> Index, string Array) : AwkExpression;

internal sealed record AwkCall(string Function, IReadOnlyList<AwkExpression> Arguments) : AwkExpression;

internal abstract record AwkStatement
{
    public int Line { get; init; }
}

internal sealed record AwkBlock(IReadOnlyList<AwkStatement> Statements) : AwkStatement;

internal sealed record AwkEvaluation(AwkExpression Expression) : AwkStatement;

/// <summary>print and printf. <see cref="Redirection"/>: empty, <c>&gt;</c>, <c>&gt;&gt;</c> or <c>|</c>.</summary>
internal sealed record AwkPrint(bool IsFormatted, IReadOnlyList<AwkExpression> Values, string Redirection, AwkExpression? Target) : AwkStatement;

internal sealed record AwkIf(AwkExpression Condition, AwkStatement Then, AwkStatement? Else) : AwkStatement;

/// <summary>while, do and for.</summary>
internal sealed record AwkLoop(AwkStatement? First, AwkExpression? Condition, AwkStatement? Next, AwkStatement Body, bool IsTestedLast = false) : AwkStatement;

internal sealed record AwkForEach(string Variable, string Array, AwkStatement Body) : AwkStatement;

internal sealed record AwkDelete(string Array, IReadOnlyList<AwkExpression>? Index) : AwkStatement;

internal enum AwkLeave
{
    No,
    Break,
    Continue,
    Next,
    Exit,
}

/// <summary>break, continue, next and exit.</summary>
internal sealed record AwkJump(AwkLeave Leave, AwkExpression? Code = null) : AwkStatement;

internal enum AwkWhen
{
    Begin,
    Record,
    End,
}

/// <summary>A pattern, or two for a range, and what is done where it fits; no action: the record is printed.</summary>
internal sealed record AwkRule(AwkWhen When, AwkExpression? From, AwkExpression? To, AwkStatement? Action);
