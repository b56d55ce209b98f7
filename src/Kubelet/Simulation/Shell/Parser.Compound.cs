namespace MiniK8s.Kubelet.Simulation.Shell;

// Compound commands, each from its first reserved word to its last. The errors are those of busybox's ash.
internal sealed partial class Parser
{
    private SubshellCommand ParseSubshell()
    {
        lexer.Next();
        return new SubshellCommand(ParseUntil(")"));
    }

    private GroupCommand ParseGroup()
    {
        lexer.Next();
        return new GroupCommand(ParseUntil("}"));
    }

    private IfCommand ParseIf()
    {
        var branches = new Stack<(Command Condition, Command Then)>();
        do
        {
            lexer.Next();
            branches.Push((ParseUntil("then"), ParseList()));
        }
        while (lexer.Peek().Word?.Plain == "elif");
        Command? otherwise = null;
        if (lexer.Peek().Word?.Plain == "else")
        {
            lexer.Next();
            otherwise = ParseUntil("fi");
        }
        else Expect("fi");
        var (condition, then) = branches.Pop();
        var last = new IfCommand(condition, then, otherwise);
        while (branches.TryPop(out var branch)) last = new IfCommand(branch.Condition, branch.Then, last);
        return last;
    }

    private LoopCommand ParseLoop()
    {
        var isUntil = lexer.Next().Word!.Plain == "until";
        var condition = ParseUntil("do");
        return new LoopCommand(condition, ParseUntil("done"), isUntil);
    }

    private ForCommand ParseFor()
    {
        lexer.Next();
        var token = lexer.Next();
        if (token.Word?.Plain is not { } name || !IsName(name)) throw new SyntaxError("bad for loop variable", token.Line);
        SkipNewLines();
        List<Word>? words = null;
        if (lexer.Peek().Word?.Plain == "in")
        {
            lexer.Next();
            words = [];
            while (lexer.Peek().Kind == TokenKind.Word) words.Add(lexer.Next().Word!);
            if (lexer.Peek() is not ({ Kind: TokenKind.NewLine } or { Kind: TokenKind.Operator, Text: ";" })) throw lexer.Unexpected(lexer.Peek());
        }
        if (lexer.Peek() is { Kind: TokenKind.Operator, Text: ";" }) lexer.Next();
        SkipNewLines();
        Expect("do");
        return new ForCommand(name, words, ParseUntil("done"));
    }

    private CaseCommand ParseCase()
    {
        lexer.Next();
        var subject = lexer.Next();
        if (subject.Word is null) throw lexer.Unexpected(subject);
        SkipNewLines();
        Expect("in");
        SkipNewLines();
        var clauses = new List<CaseClause>();
        while (lexer.Peek().Word?.Plain != "esac") clauses.Add(ParseClause());
        lexer.Next();
        return new CaseCommand(subject.Word, clauses);
    }

    private CaseClause ParseClause()
    {
        if (lexer.Peek() is { Kind: TokenKind.Operator, Text: "(" }) lexer.Next();
        var patterns = new List<Word>();
        while (true)
        {
            // Whatever stands here, ash complains of what comes after it.
            patterns.Add(lexer.Next().Word ?? new Word([]));
            var separator = lexer.Peek();
            if (separator is { Kind: TokenKind.Operator, Text: "|" }) lexer.Next();
            else
            {
                Expect(")");
                break;
            }
        }
        var body = ParseList(mayBeEmpty: true);
        if (lexer.Peek().Word?.Plain != "esac") Expect(";;");
        SkipNewLines();
        return new CaseClause(patterns, body);
    }

    private FunctionCommand ParseFunctionWord()
    {
        lexer.Next();
        var token = lexer.Next();
        var name = token.Word?.Plain ?? throw lexer.Unexpected(token);
        if (lexer.Peek() is { Kind: TokenKind.Operator, Text: "(" }) return ParseFunctionBody(name);
        CheckFunctionName(name, token.Line);
        return ParseFunctionRest(name);
    }

    private FunctionCommand ParseFunctionBody(string name)
    {
        Expect("(");
        Expect(")");
        CheckFunctionName(name, lexer.Peek().Line);
        return ParseFunctionRest(name);
    }

    private FunctionCommand ParseFunctionRest(string name)
    {
        SkipNewLines();
        var before = lexer.Count;
        var body = ParseCommand();
        return new FunctionCommand(name, body) { Size = BytesPerToken * (long)(lexer.Count - before) };
    }

    private static void CheckFunctionName(string name, int line)
    {
        if (!IsName(name)) throw new SyntaxError("bad function name", line);
    }
}
