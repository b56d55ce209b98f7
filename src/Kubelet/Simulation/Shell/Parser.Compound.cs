using System.Runtime.CompilerServices;

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
        RuntimeHelpers.EnsureSufficientExecutionStack();
        lexer.Next();
        var condition = ParseUntil("then");
        var then = ParseList();
        switch (lexer.Peek().Word?.Plain)
        {
            case "elif":
                return new IfCommand(condition, then, ParseIf());
            case "else":
                lexer.Next();
                return new IfCommand(condition, then, ParseUntil("fi"));
            default:
                Expect("fi");
                return new IfCommand(condition, then, null);
        }
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
        SkipNewLines();
        return new FunctionCommand(name, ParseCommand());
    }

    private FunctionCommand ParseFunctionBody(string name)
    {
        Expect("(");
        Expect(")");
        CheckFunctionName(name, lexer.Peek().Line);
        SkipNewLines();
        return new FunctionCommand(name, ParseCommand());
    }

    private static void CheckFunctionName(string name, int line)
    {
        if (!IsName(name)) throw new SyntaxError("bad function name", line);
    }
}
