namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>Recursive descent over POSIX's shell grammar, plus bash's <c>function f {</c> and <c>&amp;></c>-free rest.</summary>
internal sealed class Parser(Lexer lexer)
{
    private const int MaxDepth = 100;
    private static readonly string[] Reserved = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];
    private int _depth;

    public Parser(string script) : this(new Lexer(script))
    {
    }

    /// <summary>
    /// The next line's worth of commands, or null at the end: a shell runs what it has read before it looks at what follows.
    /// </summary>
    public Command? ParseNext()
    {
        while (lexer.Peek().Kind == TokenKind.NewLine) lexer.Next();
        if (lexer.Peek().Kind == TokenKind.End) return null;
        var items = new List<ListItem>();
        do
        {
            items.Add(ParseItem());
        }
        while (lexer.Peek().Kind is not (TokenKind.NewLine or TokenKind.End));
        lexer.Next();
        return items is [{ InBackground: false, Command: var only }] ? only : new ListCommand(items);
    }

    /// <summary>Whether nothing but blank lines is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            SkipNewLines();
            return lexer.Peek().Kind == TokenKind.End;
        }
    }

    /// <summary>False if the script breaks off in the middle; one with a real error counts as complete.</summary>
    public bool IsComplete()
    {
        try
        {
            ParseAll();
            return true;
        }
        catch (SyntaxError error)
        {
            return !error.IsIncomplete;
        }
    }

    public Command ParseAll()
    {
        var items = new List<ListItem>();
        while (ParseNext() is { } command) items.Add(new ListItem(command, InBackground: false));
        return new ListCommand(items);
    }

    /// <summary>Up to and with a closing token.</summary>
    public Command ParseUntil(string end)
    {
        var body = ParseList(end);
        Expect(end);
        return body;
    }

    private Command ParseList(params ReadOnlySpan<string> ends)
    {
        if (++_depth > MaxDepth) throw new SyntaxError("nested too deeply", lexer.Peek().Line);
        var items = new List<ListItem>();
        while (true)
        {
            while (lexer.Peek().Kind == TokenKind.NewLine) lexer.Next();
            var next = lexer.Peek();
            if (IsOneOf(next, ends)) break;
            if (next.Kind == TokenKind.End) throw lexer.Unexpected(next);
            items.Add(ParseItem());
        }
        _depth--;
        return items is [{ InBackground: false, Command: var only }] ? only : new ListCommand(items);
    }

    private ListItem ParseItem()
    {
        var command = ParseAndOr();
        var token = lexer.Peek();
        if (token is { Kind: TokenKind.Operator, Text: ";" or "&" })
        {
            lexer.Next();
            return new ListItem(command, token.Text == "&");
        }
        return new ListItem(command, InBackground: false);
    }

    private Command ParseAndOr()
    {
        var left = ParsePipeline();
        while (lexer.Peek() is { Kind: TokenKind.Operator, Text: "&&" or "||" } token)
        {
            lexer.Next();
            SkipNewLines();
            left = new AndOrCommand(left, token.Text == "&&", ParsePipeline()) { Line = token.Line };
        }
        return left;
    }

    private Command ParsePipeline()
    {
        var negated = false;
        while (lexer.Peek().Word?.Plain == "!")
        {
            lexer.Next();
            negated = !negated;
        }
        var stages = new List<Command> { ParseCommand() };
        while (lexer.Peek() is { Kind: TokenKind.Operator, Text: "|" })
        {
            lexer.Next();
            SkipNewLines();
            stages.Add(ParseCommand());
        }
        return stages is [var only] && !negated ? only : new PipelineCommand(stages, negated);
    }

    private Command ParseCommand()
    {
        var token = lexer.Peek();
        Command? compound = token switch
        {
            { Kind: TokenKind.Operator, Text: "(" } => ParseSubshell(),
            { Kind: TokenKind.Word } => token.Word!.Plain switch
            {
                "{" => ParseGroup(),
                "if" => ParseIf(),
                "while" or "until" => ParseLoop(),
                "for" => ParseFor(),
                "case" => ParseCase(),
                "function" => ParseFunctionWord(),
                { } word when Reserved.Contains(word) => throw lexer.Unexpected(token),
                _ => null,
            },
            { Kind: TokenKind.Number } or { Kind: TokenKind.Operator, Text: "<" or ">" or ">>" or "<<" or "<<-" or "<&" or ">&" or "<>" or ">|" } => null,
            _ => throw lexer.Unexpected(token),
        };
        if (compound is null) return ParseSimple();
        return compound with { Redirections = ParseRedirections(), Line = token.Line };
    }

    private Command ParseSimple()
    {
        var line = lexer.Peek().Line;
        var assignments = new List<Assignment>();
        var words = new List<Word>();
        var redirections = new List<Redirection>();
        while (true)
        {
            if (TryParseRedirection() is { } redirection)
            {
                redirections.Add(redirection);
                continue;
            }
            var token = lexer.Peek();
            if (token is { Kind: TokenKind.Operator, Text: "(" } && words is [var name] && name.Plain is { } function && assignments.Count == 0)
                return ParseFunctionBody(function);
            if (token.Kind != TokenKind.Word) break;
            lexer.Next();
            if (words.Count == 0 && TryAssignment(token.Word!) is { } assignment) assignments.Add(assignment);
            else words.Add(token.Word!);
        }
        return new SimpleCommand(assignments, words) { Redirections = redirections, Line = line };
    }

    private static Assignment? TryAssignment(Word word)
    {
        if (word.Parts is not [LiteralPart { IsQuoted: false } first, ..]) return null;
        var equals = first.Text.IndexOf('=');
        if (equals <= 0 || !IsName(first.Text.AsSpan(0, equals))) return null;
        var rest = first.Text[(equals + 1)..];
        return new Assignment(first.Text[..equals], new Word(rest == "" ? [.. word.Parts.Skip(1)] : [new LiteralPart(rest, false), .. word.Parts.Skip(1)]));
    }

    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || char.IsAsciiDigit(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        return true;
    }

    private List<Redirection> ParseRedirections()
    {
        var redirections = new List<Redirection>();
        while (TryParseRedirection() is { } redirection) redirections.Add(redirection);
        return redirections;
    }

    private Redirection? TryParseRedirection()
    {
        var token = lexer.Peek();
        int? number = null;
        if (token.Kind == TokenKind.Number)
        {
            number = int.Parse(token.Text, System.Globalization.CultureInfo.InvariantCulture);
            lexer.Next();
            token = lexer.Peek();
        }
        if (token.Kind != TokenKind.Operator) return null;
        RedirectionKind? kind = token.Text switch
        {
            "<" => RedirectionKind.Input,
            ">" or ">|" => RedirectionKind.Output,
            ">>" => RedirectionKind.Append,
            "<>" => RedirectionKind.ReadWrite,
            ">&" or "<&" => RedirectionKind.Duplicate,
            "<<" or "<<-" => RedirectionKind.HereDocument,
            _ => null,
        };
        if (kind is not { } known) return null;
        lexer.Next();
        var target = lexer.Next();
        if (target.Word is null) throw lexer.Unexpected(target);
        var descriptor = number ?? (token.Text[0] == '<' ? 0 : 1);
        if (known != RedirectionKind.HereDocument) return new Redirection(descriptor, known, target.Word);

        var document = new HereDocument(
            string.Concat(target.Word.Parts.OfType<LiteralPart>().Select(p => p.Text)), target.Word.Parts.Any(p => p.IsQuoted), token.Text == "<<-");
        lexer.ExpectHereDocument(document);
        return new Redirection(descriptor, known, new Word([new HereDocumentPart(document)]));
    }

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
        lexer.Next();
        var condition = ParseUntil("then");
        var then = ParseList("elif", "else", "fi");
        var next = lexer.Peek().Word!.Plain;
        if (next == "elif") return new IfCommand(condition, then, ParseIf());
        lexer.Next();
        return new IfCommand(condition, then, next == "else" ? ParseUntil("fi") : null);
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
        var name = ExpectName();
        SkipNewLines();
        List<Word>? words = null;
        if (lexer.Peek().Word?.Plain == "in")
        {
            lexer.Next();
            words = [];
            while (lexer.Peek().Kind == TokenKind.Word) words.Add(lexer.Next().Word!);
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
            var pattern = lexer.Next();
            if (pattern.Word is null) throw lexer.Unexpected(pattern);
            patterns.Add(pattern.Word);
            var separator = lexer.Next();
            if (separator is { Kind: TokenKind.Operator, Text: ")" }) break;
            if (separator is not { Kind: TokenKind.Operator, Text: "|" }) throw lexer.Unexpected(separator);
        }
        var body = ParseList(";;", "esac");
        if (lexer.Peek() is { Kind: TokenKind.Operator, Text: ";;" }) lexer.Next();
        SkipNewLines();
        return new CaseClause(patterns, body);
    }

    private FunctionCommand ParseFunctionWord()
    {
        lexer.Next();
        var name = ExpectName();
        if (lexer.Peek() is { Kind: TokenKind.Operator, Text: "(" }) return ParseFunctionBody(name);
        SkipNewLines();
        return new FunctionCommand(name, ParseCommand());
    }

    private FunctionCommand ParseFunctionBody(string name)
    {
        Expect("(");
        Expect(")");
        SkipNewLines();
        return new FunctionCommand(name, ParseCommand());
    }

    private string ExpectName()
    {
        var token = lexer.Next();
        return token.Word?.Plain is { } name && IsName(name) ? name : throw lexer.Unexpected(token);
    }

    private void Expect(string text)
    {
        var token = lexer.Next();
        if (!IsOneOf(token, [text])) throw lexer.Unexpected(token);
    }

    private void SkipNewLines()
    {
        while (lexer.Peek().Kind == TokenKind.NewLine) lexer.Next();
    }

    private static bool IsOneOf(Token token, ReadOnlySpan<string> texts)
    {
        var text = token.Kind switch { TokenKind.Operator => token.Text, TokenKind.Word => token.Word!.Plain, _ => null };
        foreach (var candidate in texts)
            if (candidate == text) return true;
        return false;
    }
}

/// <summary>Stands for a here-document until its body has been read.</summary>
internal sealed record HereDocumentPart(HereDocument Document) : WordPart(true);
