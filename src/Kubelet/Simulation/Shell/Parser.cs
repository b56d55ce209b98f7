using System.Runtime.CompilerServices;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>Recursive descent over POSIX's shell grammar, plus bash's <c>function f {</c> and <c>&amp;></c>-free rest.</summary>
internal sealed partial class Parser(Lexer lexer)
{
    private const int MaxDepth = 100;
    private const int BytesPerToken = 200;
    private static readonly string[] Closing = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];
    private static readonly string[] Opening = ["{", "if", "while", "until", "for", "case", "function", "!", "in"];
    private int _depth;
    private int _taken;

    public Parser(string script, int line = 1, IReadOnlyDictionary<string, string>? aliases = null) : this(new Lexer(script, line, aliases))
    {
    }

    public static bool IsReserved(string? word) => Closing.Contains(word) || Opening.Contains(word);

    /// <summary>
    /// The next line's worth of commands, or null at the end: a shell runs what it has read before it looks at what follows.
    /// </summary>
    public Command? ParseNext()
    {
        while (lexer.Peek().Kind == TokenKind.NewLine) lexer.Next();
        if (lexer.Peek().Kind == TokenKind.End) return null;
        var items = new List<ListItem>();
        bool goesOn;
        do
        {
            (var item, goesOn) = ParseItem();
            items.Add(item);
        }
        while (goesOn && lexer.Peek().Kind is not (TokenKind.NewLine or TokenKind.End));
        if (lexer.Peek().Kind is not (TokenKind.NewLine or TokenKind.End)) throw lexer.Unexpected(lexer.Peek());
        lexer.Next();
        return items is [{ InBackground: false, Command: var only }] ? only : new ListCommand(items);
    }

    /// <summary>What the host keeps, about, of what was parsed since the last time.</summary>
    public long TakeSize()
    {
        var tokens = lexer.Count - _taken;
        _taken = lexer.Count;
        return BytesPerToken * (long)tokens;
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

    /// <summary>A list of commands, and the token that must come after it.</summary>
    public Command ParseUntil(string end, bool mayBeEmpty = false)
    {
        var body = ParseList(mayBeEmpty);
        Expect(end);
        return body;
    }

    // Up to a token that no command begins with; which one it is, the caller looks at.
    private Command ParseList(bool mayBeEmpty = false)
    {
        if (++_depth > MaxDepth) throw new SyntaxError("nested too deeply", lexer.Peek().Line);
        var items = new List<ListItem>();
        for (var goesOn = true; goesOn;)
        {
            SkipNewLines();
            var next = lexer.Peek();
            if (next.Kind == TokenKind.End || ((mayBeEmpty || items.Count > 0) && EndsList(next))) break;
            (var item, goesOn) = ParseItem();
            items.Add(item);
            goesOn |= lexer.Peek().Kind == TokenKind.NewLine;
        }
        _depth--;
        return items is [{ InBackground: false, Command: var only }] ? only : new ListCommand(items);
    }

    private static bool EndsList(Token token) => IsOneOf(token, [")", ";;", .. Closing]);

    // The second value: whether more may follow on the line.
    private (ListItem Item, bool GoesOn) ParseItem()
    {
        var command = ParseAndOr();
        var token = lexer.Peek();
        if (token is not { Kind: TokenKind.Operator, Text: ";" or "&" }) return (new ListItem(command, InBackground: false), false);
        lexer.Next();
        return (new ListItem(command, token.Text == "&"), true);
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
        var negated = lexer.Peek().Word?.Plain == "!";
        if (negated) lexer.Next();
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
        RuntimeHelpers.EnsureSufficientExecutionStack();
        lexer.ExpandAliases();
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
                { } word when word is "!" || Closing.Contains(word) => throw lexer.Unexpected(token),
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
            var inTest = words.Count > 0 && words[0].Plain == "[[" && words[^1].Plain != "]]";
            var token = lexer.Peek();
            if (inTest && token is { Kind: TokenKind.Operator, Text: "&&" or "||" or "(" or ")" or "<" or ">" })
            {
                // Between double brackets these are part of the expression.
                words.Add(new Word([new LiteralPart(token.Text switch { "&&" => "-a", "||" => "-o", var other => other }, IsQuoted: false)]));
                lexer.Next();
                continue;
            }
            if (TryParseRedirection() is { } redirection)
            {
                redirections.Add(redirection);
                continue;
            }
            token = lexer.Peek();
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
            ">" => RedirectionKind.Output,
            ">|" => RedirectionKind.Overwrite,
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

    private void Expect(string text)
    {
        var token = lexer.Next();
        if (!IsOneOf(token, [text])) throw lexer.Unexpected(token, text);
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
