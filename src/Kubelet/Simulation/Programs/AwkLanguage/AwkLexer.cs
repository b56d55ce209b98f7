using System.Globalization;
using System.Text;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

internal enum AwkTokenKind
{
    Name,

    /// <summary>A name right before a bracket that is no keyword: a function.</summary>
    Function,
    Keyword,
    Number,
    Text,
    Pattern,
    Operator,
    NewLine,
    End,
}

internal readonly record struct AwkToken(AwkTokenKind Kind, string Text, int Line, double Number = 0);

/// <summary>The program is none; the message is busybox's.</summary>
internal sealed class AwkError(string message, int line) : Exception($"awk: cmd. line:{line}: {message}");

/// <summary>Cuts an awk program into tokens. Whether a slash divides or begins a pattern is told by what stands before it.</summary>
internal sealed class AwkLexer(string text)
{
    private static readonly string[] Operators =
    [
        "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", "!~", ">>",
        "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
    ];

    private static readonly HashSet<string> Keywords =
        ["BEGIN", "END", "if", "else", "while", "for", "do", "in", "break", "continue", "next", "exit", "delete", "print", "printf", "function", "func", "return", "getline"];

    private readonly List<AwkToken> _tokens = [];
    private int _at;
    private int _line = 1;

    /// <exception cref="AwkError">A text or pattern does not end, or a character belongs to nothing.</exception>
    public List<AwkToken> Read()
    {
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c is ' ' or '\t' or '\r') _at++;
            else if (c == '\\' && _at + 1 < text.Length && text[_at + 1] == '\n') (_at, _line) = (_at + 2, _line + 1);
            else if (c == '#') _at = text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length;
            else if (c == '\n') ReadNewLine();
            else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]))) ReadNumber();
            else if (char.IsAsciiLetter(c) || c == '_') ReadName();
            else if (c == '"') Add(AwkTokenKind.Text, Escapes.Expand(Until('"').Replace("\\/", "/", StringComparison.Ordinal)).Text);
            else if (c == '/' && !IsAfterOperand()) Add(AwkTokenKind.Pattern, Until('/').Replace("\\/", "/", StringComparison.Ordinal));
            else ReadOperator();
        }
        Add(AwkTokenKind.End, "");
        return _tokens;
    }

    private void Add(AwkTokenKind kind, string value, double number = 0) => _tokens.Add(new AwkToken(kind, value, _line, number));

    private bool IsAfterOperand() =>
        _tokens is [.., { Kind: AwkTokenKind.Name or AwkTokenKind.Number or AwkTokenKind.Text } or { Kind: AwkTokenKind.Operator, Text: ")" or "]" or "$" or "++" or "--" }];

    private void ReadNewLine()
    {
        Add(AwkTokenKind.NewLine, "\n");
        (_at, _line) = (_at + 1, _line + 1);
    }

    private void ReadNumber()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.')) _at++;
        if (_at + 1 < text.Length && text[_at] is 'e' or 'E' && (char.IsAsciiDigit(text[_at + 1]) || text[_at + 1] is '+' or '-'))
            for (_at += 2; _at < text.Length && char.IsAsciiDigit(text[_at]); _at++) { }
        var digits = text[start.._at];
        Add(AwkTokenKind.Number, digits, double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new AwkError("Unexpected token", _line));
    }

    private void ReadName()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
        var name = text[start.._at];
        Add(Keywords.Contains(name) ? AwkTokenKind.Keyword : AwkFunctions.Names.Contains(name) ? AwkTokenKind.Function : AwkTokenKind.Name, name);
    }

    private string Until(char end)
    {
        var part = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] != end && text[_at] != '\n'; _at++)
        {
            if (text[_at] == '\\' && _at + 1 < text.Length) part.Append(text[_at++]);
            part.Append(text[_at]);
        }
        if (_at >= text.Length || text[_at] != end) throw new AwkError("Unexpected end of string", _line);
        _at++;
        return part.ToString();
    }

    private void ReadOperator()
    {
        foreach (var candidate in Operators)
        {
            if (string.CompareOrdinal(text, _at, candidate, 0, candidate.Length) != 0) continue;
            _at += candidate.Length;
            Add(AwkTokenKind.Operator, candidate.Replace("**", "^", StringComparison.Ordinal));
            return;
        }
        throw new AwkError("Unexpected token", _line);
    }
}
