namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>Recursive descent over POSIX's grammar of awk, without functions of the program's own and without getline.</summary>
internal sealed partial class AwkParser(List<AwkToken> tokens)
{
    private int _at;

    /// <exception cref="AwkError">The program is none.</exception>
    public static List<AwkRule> Parse(string program) => new AwkParser(new AwkLexer(program).Read()).Rules();

    private AwkToken Current => tokens[_at];

    private List<AwkRule> Rules()
    {
        var rules = new List<AwkRule>();
        while (true)
        {
            SkipTerminators();
            if (Current.Kind == AwkTokenKind.End) return rules;
            rules.Add(Rule());
        }
    }

    private AwkRule Rule()
    {
        if (TakeKeyword("BEGIN")) return new AwkRule(AwkWhen.Begin, null, null, Block());
        if (TakeKeyword("END")) return new AwkRule(AwkWhen.End, null, null, Block());
        if (Is("{")) return new AwkRule(AwkWhen.Record, null, null, Block());
        var from = Expression();
        AwkExpression? to = null;
        if (Take(","))
        {
            SkipNewLines();
            to = Expression();
        }
        return new AwkRule(AwkWhen.Record, from, to, Is("{") ? Block() : null);
    }

    private AwkBlock Block()
    {
        Expect("{");
        var statements = new List<AwkStatement>();
        while (true)
        {
            SkipTerminators();
            if (Take("}")) return new AwkBlock(statements);
            statements.Add(Statement());
        }
    }

    private AwkStatement Statement()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var line = Current.Line;
        return AnyStatement() with { Line = line };
    }

    private AwkStatement AnyStatement()
    {
        if (Is("{")) return Block();
        if (Take(";")) return new AwkBlock([]);
        if (Current.Kind != AwkTokenKind.Keyword) return Ended(Simple());
        var keyword = Current.Text;
        switch (keyword)
        {
            case "if":
                return If();
            case "while":
                _at++;
                var condition = Bracketed();
                return new AwkLoop(null, condition, null, Body());
            case "do":
                _at++;
                var body = Body();
                SkipTerminators();
                if (!TakeKeyword("while")) throw Unexpected();
                return Ended(new AwkLoop(null, Bracketed(), null, body, IsTestedLast: true));
            case "for":
                return For();
            case "break" or "continue" or "next":
                _at++;
                return Ended(new AwkJump(keyword == "break" ? AwkLeave.Break : keyword == "next" ? AwkLeave.Next : AwkLeave.Continue));
            case "exit":
                _at++;
                return Ended(new AwkJump(AwkLeave.Exit, IsEnd() ? null : Expression()));
            default:
                return Ended(Simple());
        }
    }

    // What may stand between the semicolons of a for, too.
    private AwkStatement Simple()
    {
        if (TakeKeyword("print")) return Print(isFormatted: false);
        if (TakeKeyword("printf")) return Print(isFormatted: true);
        if (!TakeKeyword("delete")) return new AwkEvaluation(Expression());
        var array = Name();
        return new AwkDelete(array, Take("[") ? List("]") : null);
    }

    private AwkIf If()
    {
        _at++;
        var condition = Bracketed();
        var then = Body();
        var before = _at;
        SkipTerminators();
        if (TakeKeyword("else")) return new AwkIf(condition, then, Body());
        _at = before;
        return new AwkIf(condition, then, null);
    }

    private AwkStatement For()
    {
        _at++;
        Expect("(");
        if (tokens[_at..int.Min(_at + 4, tokens.Count)] is [{ Kind: AwkTokenKind.Name, Text: var variable }, { Kind: AwkTokenKind.Keyword, Text: "in" }, { Kind: AwkTokenKind.Name, Text: var array }, { Kind: AwkTokenKind.Operator, Text: ")" }])
        {
            _at += 4;
            return new AwkForEach(variable, array, Body());
        }
        var first = Is(";") ? null : Simple();
        Expect(";");
        SkipNewLines();
        var condition = Is(";") ? null : Expression();
        Expect(";");
        SkipNewLines();
        var next = Is(")") ? null : Simple();
        Expect(")");
        return new AwkLoop(first, condition, next, Body());
    }

    private AwkStatement Body()
    {
        SkipNewLines();
        return Statement();
    }

    private AwkExpression Bracketed()
    {
        Expect("(");
        var inner = Expression();
        Expect(")");
        return inner;
    }

    private AwkPrint Print(bool isFormatted)
    {
        var values = PrintedInBrackets() ?? Printed();
        var redirection = Is(">") || Is(">>") || Is("|") ? tokens[_at++].Text : "";
        return new AwkPrint(isFormatted, values, redirection, redirection == "" ? null : Concatenation());
    }

    // print (a, b) > "f": the brackets are around all of it. Otherwise, as in print (a) (b), they are part of the first value.
    private List<AwkExpression>? PrintedInBrackets()
    {
        var before = _at;
        if (!Take("(")) return null;
        var values = List(")");
        if (IsEnd() || Is(">") || Is(">>") || Is("|")) return values;
        _at = before;
        return null;
    }

    private List<AwkExpression> Printed()
    {
        var values = new List<AwkExpression>();
        if (IsEnd() || Is(">") || Is(">>") || Is("|")) return values;
        _comparesGreater = false;
        do
        {
            if (values.Count > 0) SkipNewLines();
            values.Add(Expression());
        }
        while (Take(","));
        _comparesGreater = true;
        return values;
    }

    private AwkStatement Ended(AwkStatement statement) => IsEnd() ? statement : throw Unexpected();

    private bool IsEnd() => Current.Kind is AwkTokenKind.NewLine or AwkTokenKind.End || Is(";") || Is("}");

    private bool Is(string text) => Current.Kind == AwkTokenKind.Operator && Current.Text == text;

    private bool Take(string text)
    {
        if (!Is(text)) return false;
        _at++;
        return true;
    }

    private bool TakeKeyword(string text)
    {
        if (Current.Kind != AwkTokenKind.Keyword || Current.Text != text) return false;
        _at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!Take(text)) throw Unexpected();
    }

    private string Name() => Current.Kind == AwkTokenKind.Name ? tokens[_at++].Text : throw Unexpected();

    private void SkipNewLines()
    {
        while (Current.Kind == AwkTokenKind.NewLine) _at++;
    }

    private void SkipTerminators()
    {
        while (Current.Kind == AwkTokenKind.NewLine || Is(";")) _at++;
    }

    private AwkError Unexpected() => new("Unexpected token", Current.Line);
}
