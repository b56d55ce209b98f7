using System.Text;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>
/// Cuts a script into tokens. Words come with their expansions parsed, since where a word ends depends on them; bodies of here-documents
/// are read when
/// their line ends.
/// </summary>
internal sealed class Lexer(string text, int line = 1, IReadOnlyDictionary<string, string>? aliases = null)
{
    private const int MaxTokens = 200_000;
    private const int TokensPerAlias = 10;      // since what is left of the script is copied for each
    private static readonly string[] Operators = ["<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "&", "|", ";", "<", ">", "(", ")"];
    private readonly List<HereDocument> _pendingDocuments = [];

    /// <summary>Aliases whose text is being read, with what is left of the script after it: none stands for itself.</summary>
    private readonly List<(string Name, int After)> _expanding = [];
    private Token? _peeked;
    private int _position;
    private int _line = line;
    private int _depth;
    private int _tokens;

    /// <summary>How many there have been so far.</summary>
    public int Count => _tokens;

    public Token Peek() => _peeked ??= ++_tokens <= MaxTokens ? Read() : throw new SyntaxError("out of memory", _line);

    public Token Next()
    {
        var token = Peek();
        _peeked = null;
        return token;
    }

    /// <summary>Puts an alias's text in place of the next word, if that is one; for words where a command begins.</summary>
    public void ExpandAliases()
    {
        while (aliases is not null && Peek().Word?.Plain is { } name && aliases.TryGetValue(name, out var value))
        {
            var rest = text.Length - _position;
            _expanding.RemoveAll(e => e.After > rest);
            if (_expanding.Exists(e => e.Name == name)) return;
            _expanding.Add((name, rest));
            _tokens += TokensPerAlias;
            text = value + text[_position..];
            _position = 0;
            _peeked = null;
        }
    }

    /// <summary>The body is read at the end of the line; until then the redirection's word is empty.</summary>
    public void ExpectHereDocument(HereDocument document) => _pendingDocuments.Add(document);

    /// <summary>In ash's words: kinds of tokens bare, operators and reserved words in quotes.</summary>
    public SyntaxError Unexpected(Token token, string? expected = null)
    {
        var name = token.Kind switch
        {
            TokenKind.End => "end of file",
            TokenKind.NewLine => "newline",
            TokenKind.Number => "redirection",
            TokenKind.Operator when token.Text[0] is '<' or '>' => "redirection",
            TokenKind.Word when !Parser.IsReserved(token.Word!.Plain) => "word",
            _ => $"\"{token.Text}\"",
        };
        return new SyntaxError($"unexpected {name}{(expected is null ? "" : $" (expecting \"{expected}\")")}", token.Line, isIncomplete: token.Kind == TokenKind.End);
    }

    private char Current => _position < text.Length ? text[_position] : '\0';

    private bool AtEnd => _position >= text.Length;

    private Token Read()
    {
        SkipBlanks();
        if (AtEnd)
        {
            ReadDocuments();
            return new Token(TokenKind.End, "", null, _line);
        }
        if (Current == '\n')
        {
            var newLine = new Token(TokenKind.NewLine, "\n", null, _line);
            _position++;
            _line++;
            ReadDocuments();
            return newLine;
        }
        foreach (var candidate in Operators)
        {
            if (string.CompareOrdinal(text, _position, candidate, 0, candidate.Length) != 0) continue;
            _position += candidate.Length;
            return new Token(TokenKind.Operator, candidate, null, _line);
        }
        var start = _position;
        var atLine = _line;
        var word = ReadWord();
        var raw = text[start.._position];
        var isNumber = raw.Length < 4 && raw.All(char.IsAsciiDigit) && (Current is '<' or '>');
        return new Token(isNumber ? TokenKind.Number : TokenKind.Word, raw, word, atLine);
    }

    private void SkipBlanks()
    {
        while (!AtEnd)
        {
            if (Current is ' ' or '\t' or '\r') _position++;
            else if (Current == '\\' && _position + 1 < text.Length && text[_position + 1] == '\n') (_position, _line) = (_position + 2, _line + 1);
            else if (Current == '#') SkipTo('\n');
            else return;
        }
    }

    private void SkipTo(char end)
    {
        while (!AtEnd && Current != end) _position++;
    }

    private void ReadDocuments()
    {
        foreach (var document in _pendingDocuments)
        {
            var body = new StringBuilder();
            while (true)
            {
                if (AtEnd) break;               // the end of the script ends the document as well
                var end = text.IndexOf('\n', _position);
                var row = text[_position..(end < 0 ? text.Length : end)];
                _position = end < 0 ? text.Length : end + 1;
                _line++;
                if (document.StripTabs) row = row.TrimStart('\t');
                if (row == document.Delimiter) break;
                body.Append(row);
                if (end >= 0) body.Append('\n');
            }
            document.Body = document.IsQuoted
                ? new Word([new LiteralPart(body.ToString(), true)])
                : new Lexer(body.ToString(), _line).ReadQuotedToEnd();
        }
        _pendingDocuments.Clear();
    }

    // A here-document or an arithmetic expression: everything counts as if in double quotes.
    private Word ReadQuotedToEnd()
    {
        var parts = new List<WordPart>();
        ReadDoubleQuoted(parts, '\0');
        return new Word(parts);
    }

    /// <param name="terminators">Empty: up to a blank or an operator.</param>
    /// <param name="quoted">Within double quotes.</param>
    private Word ReadWord(string terminators = "", bool quoted = false)
    {
        var parts = new List<WordPart>();
        var literal = new StringBuilder();
        while (!AtEnd)
        {
            var c = Current;
            if (terminators != "" ? terminators.Contains(c) : IsMeta(c)) break;
            switch (c)
            {
                case '\\':
                    ReadEscape(parts, literal);
                    break;
                case '\'' when !quoted:
                    Flush(parts, literal);
                    parts.Add(new LiteralPart(ReadSingleQuoted(), true));
                    break;
                case '"':
                    Flush(parts, literal);
                    _position++;
                    var before = parts.Count;
                    ReadDoubleQuoted(parts, '"');
                    if (parts.Count == before) parts.Add(new LiteralPart("", true));
                    break;
                case '$' or '`':
                    Flush(parts, literal);
                    parts.Add(ReadExpansion(quoted));
                    break;
                default:
                    if (c == '\n') _line++;
                    literal.Append(c);
                    _position++;
                    break;
            }
        }
        Flush(parts, literal);
        return new Word(parts);
    }

    private void ReadEscape(List<WordPart> parts, StringBuilder literal)
    {
        _position++;
        if (AtEnd)
        {
            literal.Append('\\');
            return;
        }
        if (Current == '\n') _line++;
        else
        {
            Flush(parts, literal);
            parts.Add(new LiteralPart(Current.ToString(), true));
        }
        _position++;
    }

    private string ReadSingleQuoted()
    {
        var end = text.IndexOf('\'', _position + 1);
        if (end < 0) throw new SyntaxError("unterminated quoted string", _line, isIncomplete: true);
        var content = text[(_position + 1)..end];
        _line += content.Count(c => c == '\n');
        _position = end + 1;
        return content;
    }

    private void ReadDoubleQuoted(List<WordPart> parts, char terminator)
    {
        var literal = new StringBuilder();
        while (true)
        {
            if (AtEnd)
            {
                if (terminator != '\0') throw new SyntaxError("unterminated quoted string", _line, isIncomplete: true);
                break;
            }
            var c = Current;
            if (terminator != '\0' && c == terminator)
            {
                _position++;
                break;
            }
            if (c is '$' or '`')
            {
                Flush(parts, literal, quoted: true);
                parts.Add(ReadExpansion(quoted: true));
                continue;
            }
            if (c == '\n') _line++;
            if (c == '\\' && _position + 1 < text.Length && (text[_position + 1] is '$' or '`' or '"' or '\\' or '\n'))
            {
                _position++;
                if (Current == '\n') _line++;
                else if (Current == '"' && terminator == '\0') literal.Append("\\\"");
                else literal.Append(Current);
                _position++;
                continue;
            }
            literal.Append(c);
            _position++;
        }
        Flush(parts, literal, quoted: true);
    }

    private WordPart ReadExpansion(bool quoted)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > 60) throw new SyntaxError("nested too deeply", _line);
        try
        {
            if (Current == '`') return ReadBackquoted(quoted);
            _position++;
            if (string.CompareOrdinal(text, _position, "((", 0, 2) == 0 && TryReadArithmetic(quoted) is { } arithmetic) return arithmetic;
            if (Current == '(') return ReadSubstitution(quoted);
            if (Current == '{') return ReadBraced(quoted);
            if (IsSpecial(Current)) return new ParameterPart(text[_position++].ToString(), "", null, quoted);
            var name = ReadName();
            return name == "" ? new LiteralPart("$", quoted) : new ParameterPart(name, "", null, quoted);
        }
        finally
        {
            _depth--;
        }
    }

    private SubstitutionPart ReadSubstitution(bool quoted)
    {
        _position++;
        // The same lexer goes on inside, so nested quotes and brackets need no counting.
        var (peeked, pending) = (_peeked, _pendingDocuments.ToArray());
        _peeked = null;
        _pendingDocuments.Clear();
        var body = new Parser(this).ParseUntil(")", mayBeEmpty: true);
        _peeked = peeked;
        _pendingDocuments.AddRange(pending);
        return new SubstitutionPart(body, quoted);
    }

    private SubstitutionPart ReadBackquoted(bool quoted)
    {
        var body = new StringBuilder();
        _position++;
        while (true)
        {
            if (AtEnd) throw new SyntaxError("EOF in backquote substitution", _line, isIncomplete: true);
            var c = text[_position++];
            if (c == '`') break;
            if (c == '\\' && (Current is '`' or '\\' or '$')) c = text[_position++];
            if (c == '\n') _line++;
            body.Append(c);
        }
        return new SubstitutionPart(new Parser(new Lexer(body.ToString(), _line) { _depth = _depth }).ParseAll(), quoted);
    }

    private ArithmeticPart? TryReadArithmetic(bool quoted)
    {
        var open = 0;
        for (var i = _position; i < text.Length; i++)
        {
            if (text[i] == '(') open++;
            else if (text[i] == ')' && --open == 0)
            {
                if (text[i - 1] != ')') return null;        // $( (subshell) ) after all
                var expression = text[(_position + 2)..(i - 1)];
                _position = i + 1;
                return new ArithmeticPart(new Lexer(expression, _line) { _depth = _depth }.ReadQuotedToEnd(), quoted);
            }
        }
        throw new SyntaxError("missing '))'", _line, isIncomplete: true);
    }

    private ParameterPart ReadBraced(bool quoted)
    {
        _position++;
        var isLength = Current == '#' && _position + 1 < text.Length && text[_position + 1] != '}';
        if (isLength) _position++;
        var name = IsSpecial(Current) && !char.IsAsciiDigit(Current) ? text[_position++].ToString() : char.IsAsciiDigit(Current) ? ReadDigits() : ReadName();
        if (name == "") throw new SyntaxError("bad substitution", _line);
        if (Current == '}')
        {
            _position++;
            return new ParameterPart(name, isLength ? "length" : "", null, quoted);
        }
        if (AtEnd) throw new SyntaxError("missing '}'", _line, isIncomplete: true);
        var operation = ReadBracedOperator();
        // In ${x%pattern} and the like the argument's own quotes count even inside double quotes.
        var countsQuotes = quoted && operation[^1] is not ('%' or '#' or '/');
        var argument = ReadWord(operation[0] == '/' ? "/}" : "}", countsQuotes);
        Word? replacement = null;
        if (operation[0] == '/' && Current == '/')
        {
            _position++;
            replacement = ReadWord("}");
        }
        if (AtEnd) throw new SyntaxError("missing '}'", _line, isIncomplete: true);
        _position++;
        return new ParameterPart(name, operation, argument, quoted) { Replacement = replacement };
    }

    private string ReadBracedOperator()
    {
        foreach (var operation in new[] { ":-", ":=", ":?", ":+", "##", "%%", "//", "-", "=", "?", "+", "#", "%", "/", ":" })
        {
            if (string.CompareOrdinal(text, _position, operation, 0, operation.Length) != 0) continue;
            _position += operation.Length;
            return operation;
        }
        throw new SyntaxError("bad substitution", _line);
    }

    private string ReadName()
    {
        var start = _position;
        if (char.IsAsciiDigit(Current)) return "";
        while (char.IsAsciiLetterOrDigit(Current) || Current == '_') _position++;
        return text[start.._position];
    }

    private string ReadDigits()
    {
        var start = _position;
        while (char.IsAsciiDigit(Current)) _position++;
        return text[start.._position];
    }

    private static bool IsSpecial(char c) => c is '?' or '$' or '!' or '#' or '*' or '@' or '-' || char.IsAsciiDigit(c);

    private static bool IsMeta(char c) => c is ' ' or '\t' or '\n' or '\r' or ';' or '&' or '|' or '<' or '>' or '(' or ')';

    private static void Flush(List<WordPart> parts, StringBuilder literal, bool quoted = false)
    {
        if (literal.Length > 0) parts.Add(new LiteralPart(literal.ToString(), quoted));
        literal.Clear();
    }
}
