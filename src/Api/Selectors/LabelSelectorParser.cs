using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Selectors;

/// <summary>Reads the string form of a label selector, token by token, with the complaints Kubernetes has at each place.</summary>
internal sealed class LabelSelectorParser(string selector)
{
    private const string BinaryOperators = "in, notin, =, ==, !=, gt, lt";

    // The real parser has no path here, and prints a nil one.
    private static readonly FieldPath NoPath = FieldPath.Of("<nil>");

    private readonly List<(LabelToken Token, string Text)> _tokens = LabelSelectorLexer.Scan(selector);
    private int _at;

    public List<LabelRequirement> Parse()
    {
        List<LabelRequirement> requirements = [];
        while (true)
        {
            var (token, text) = Peek();
            if (token == LabelToken.End) return requirements;
            if (token is not (LabelToken.Identifier or LabelToken.Not))
                throw new SelectorException($"found '{text}', expected: !, identifier, or 'end of string'");

            requirements.Add(RequirementOrComplaint());
            var (separator, separatorText) = Take();
            if (separator == LabelToken.End) return requirements;
            if (separator != LabelToken.Comma) throw new SelectorException($"found '{separatorText}', expected: ',' or 'end of string'");
            var (next, nextText) = Peek();
            if (next is not (LabelToken.Identifier or LabelToken.Not))
                throw new SelectorException($"found '{nextText}', expected: identifier after ','");
        }
    }

    private LabelRequirement RequirementOrComplaint()
    {
        try
        {
            return Requirement();
        }
        catch (SelectorException ex)
        {
            throw new SelectorException($"unable to parse requirement: {ex.Message}");
        }
    }

    private LabelRequirement Requirement()
    {
        var (token, key) = Take();
        var isNegated = token == LabelToken.Not;
        if (isNegated) (token, key) = Take();
        if (token != LabelToken.Identifier) throw new SelectorException($"found '{key}', expected: identifier");
        if (LabelRequirement.ValidateKey(key, NoPath) is { } error) throw new SelectorException(error.ToString());
        if (isNegated) return LabelRequirement.Create(key, LabelOperator.DoesNotExist, []);
        if (Peek().Token is LabelToken.End or LabelToken.Comma) return LabelRequirement.Create(key, LabelOperator.Exists, []);

        var op = Operator();
        return LabelRequirement.Create(key, op, op is LabelOperator.In or LabelOperator.NotIn ? Values() : [ExactValue()]);
    }

    private LabelOperator Operator()
    {
        var (token, text) = _tokens[_at++];
        return token switch
        {
            LabelToken.In => LabelOperator.In,
            LabelToken.Equal => LabelOperator.Equal,
            LabelToken.DoubleEqual => LabelOperator.DoubleEqual,
            LabelToken.GreaterThan => LabelOperator.GreaterThan,
            LabelToken.LessThan => LabelOperator.LessThan,
            LabelToken.NotIn => LabelOperator.NotIn,
            LabelToken.NotEqual => LabelOperator.NotEqual,
            _ => throw new SelectorException($"found '{text}', expected: {BinaryOperators}"),
        };
    }

    private SortedSet<string> Values()
    {
        var (open, openText) = Take();
        if (open != LabelToken.OpenParenthesis) throw new SelectorException($"found '{openText}' expected: '('");
        var (token, text) = Peek();
        if (token is not (LabelToken.Identifier or LabelToken.Comma or LabelToken.CloseParenthesis))
            throw new SelectorException($"found '{text}', expected: ',', ')' or identifier");

        SortedSet<string> values = token == LabelToken.CloseParenthesis ? [""] : List();
        Take();
        return values;
    }

    // An identifier missing before, between or after commas is the empty value.
    private SortedSet<string> List()
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var (token, text) = Take();
            if (token == LabelToken.Identifier)
            {
                values.Add(text);
                var (next, nextText) = Peek();
                if (next == LabelToken.CloseParenthesis) return values;
                if (next != LabelToken.Comma) throw new SelectorException($"found '{nextText}', expected: ',' or ')'");
            }
            else if (token == LabelToken.Comma)
            {
                if (values.Count == 0) values.Add("");
                if (Peek().Token is LabelToken.CloseParenthesis or LabelToken.Comma) values.Add("");
                if (Peek().Token == LabelToken.CloseParenthesis) return values;
            }
            else throw new SelectorException($"found '{text}', expected: ',', or identifier");
        }
    }

    private string ExactValue()
    {
        if (Peek().Token is LabelToken.End or LabelToken.Comma) return "";
        var (token, text) = Take();
        return token == LabelToken.Identifier ? text : throw new SelectorException($"found '{text}', expected: identifier");
    }

    // Anywhere but in the operator's place, "in" and "notin" are ordinary words.
    private (LabelToken Token, string Text) Peek()
    {
        var (token, text) = _tokens[int.Min(_at, _tokens.Count - 1)];
        return (token is LabelToken.In or LabelToken.NotIn ? LabelToken.Identifier : token, text);
    }

    private (LabelToken Token, string Text) Take()
    {
        var next = Peek();
        _at++;
        return next;
    }
}
