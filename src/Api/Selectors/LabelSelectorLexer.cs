namespace MiniK8s.Api.Selectors;

internal enum LabelToken
{
    Error,
    End,
    CloseParenthesis,
    Comma,
    Not,
    DoubleEqual,
    Equal,
    GreaterThan,
    Identifier,
    In,
    LessThan,
    NotEqual,
    NotIn,
    OpenParenthesis,
}

/// <summary>Cuts a label selector into tokens.</summary>
internal static class LabelSelectorLexer
{
    private const string Symbols = "=!(),><";

    private static readonly Dictionary<string, LabelToken> Tokens = new(StringComparer.Ordinal)
    {
        [")"] = LabelToken.CloseParenthesis,
        [","] = LabelToken.Comma,
        ["!"] = LabelToken.Not,
        ["=="] = LabelToken.DoubleEqual,
        ["="] = LabelToken.Equal,
        [">"] = LabelToken.GreaterThan,
        ["in"] = LabelToken.In,
        ["<"] = LabelToken.LessThan,
        ["!="] = LabelToken.NotEqual,
        ["notin"] = LabelToken.NotIn,
        ["("] = LabelToken.OpenParenthesis,
    };

    /// <summary>All tokens; the last is the end.</summary>
    public static List<(LabelToken Token, string Text)> Scan(string selector)
    {
        List<(LabelToken, string)> tokens = [];
        var at = 0;
        while (at < selector.Length)
        {
            if (IsBlank(selector[at])) at++;
            else if (IsSymbol(selector[at])) tokens.Add(ScanSymbol(selector, ref at));
            else tokens.Add(ScanWord(selector, ref at));
        }
        tokens.Add((LabelToken.End, ""));
        return tokens;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';

    private static bool IsSymbol(char c) => Symbols.Contains(c, StringComparison.Ordinal);

    private static (LabelToken, string) ScanWord(string selector, ref int at)
    {
        var start = at;
        while (at < selector.Length && !IsBlank(selector[at]) && !IsSymbol(selector[at])) at++;
        var word = selector[start..at];
        return (Tokens.GetValueOrDefault(word, LabelToken.Identifier), word);
    }

    // Every symbol begins with a token of one character, so the longest is that or the two-character one.
    private static (LabelToken, string) ScanSymbol(string selector, ref int at)
    {
        var length = at + 1 < selector.Length && Tokens.ContainsKey(selector.Substring(at, 2)) ? 2 : 1;
        var symbol = selector.Substring(at, length);
        at += length;
        return (Tokens[symbol], symbol);
    }
}
