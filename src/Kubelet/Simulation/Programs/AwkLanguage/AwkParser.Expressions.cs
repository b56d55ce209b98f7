using System.Runtime.CompilerServices;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

// Expressions, from what binds least to what binds most.
internal sealed partial class AwkParser
{
    private static readonly string[] Comparisons = ["<", "<=", "!=", "==", ">=", ">"];
    private bool _comparesGreater = true;       // false in a print: there it is a redirection

    private AwkExpression Expression()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var left = Conditional();
        if (left is not AwkPlace place || Current.Kind != AwkTokenKind.Operator || !Current.Text.EndsWith('=') || Comparisons.Contains(Current.Text)) return left;
        var operation = tokens[_at++].Text[..^1];
        SkipNewLines();
        return new AwkAssignment(place, operation, Expression());
    }

    private AwkExpression Conditional()
    {
        var condition = Or();
        if (!Take("?")) return condition;
        SkipNewLines();
        var then = Expression();
        SkipNewLines();
        Expect(":");
        SkipNewLines();
        return new AwkConditional(condition, then, Expression());
    }

    private AwkExpression Or()
    {
        var left = And();
        while (Take("||"))
        {
            SkipNewLines();
            left = new AwkBinary("||", left, And());
        }
        return left;
    }

    private AwkExpression And()
    {
        var left = Membership();
        while (Take("&&"))
        {
            SkipNewLines();
            left = new AwkBinary("&&", left, Membership());
        }
        return left;
    }

    private AwkExpression Membership()
    {
        var left = Matching();
        while (TakeKeyword("in")) left = new AwkMembership([left], Name());
        return left;
    }

    private AwkExpression Matching()
    {
        var left = Comparison();
        while (Is("~") || Is("!~")) left = new AwkBinary(tokens[_at++].Text, left, Comparison());
        return left;
    }

    private AwkExpression Comparison()
    {
        var left = Concatenation();
        if (Current.Kind != AwkTokenKind.Operator || !Comparisons.Contains(Current.Text) || (!_comparesGreater && Current.Text == ">")) return left;
        return new AwkBinary(tokens[_at++].Text, left, Concatenation());
    }

    private AwkExpression Concatenation()
    {
        var left = Sum();
        while (BeginsOperand()) left = new AwkBinary("", left, Sum());
        return left;
    }

    private bool BeginsOperand() =>
        Current.Kind is AwkTokenKind.Name or AwkTokenKind.Function or AwkTokenKind.Number or AwkTokenKind.Text || Is("$") || Is("(") || Is("!") || Is("-") || Is("+") || Is("++") || Is("--");

    private AwkExpression Sum()
    {
        var left = Product();
        while (Is("+") || Is("-")) left = new AwkBinary(tokens[_at++].Text, left, Product());
        return left;
    }

    private AwkExpression Product()
    {
        var left = Signed();
        while (Is("*") || Is("/") || Is("%")) left = new AwkBinary(tokens[_at++].Text, left, Signed());
        return left;
    }

    private AwkExpression Signed()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (Is("!") || Is("-") || Is("+")) return new AwkUnary(tokens[_at++].Text, Signed());
        return Power();
    }

    private AwkExpression Power()
    {
        var left = Stepped();
        if (!Take("^")) return left;
        // -2^-2: the sign of the exponent is its own.
        return new AwkBinary("^", left, Signed());
    }

    private AwkExpression Stepped()
    {
        if (Is("++") || Is("--"))
        {
            var by = tokens[_at++].Text == "++" ? 1 : -1;
            return Primary() is AwkPlace place ? new AwkStep(place, by, IsPrefix: true) : throw Unexpected();
        }
        var operand = Primary();
        if (operand is not AwkPlace target || !(Is("++") || Is("--"))) return operand;
        return new AwkStep(target, tokens[_at++].Text == "++" ? 1 : -1, IsPrefix: false);
    }

    private AwkExpression Primary()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var token = Current;
        switch (token.Kind)
        {
            case AwkTokenKind.Number:
                _at++;
                return new AwkConstant(AwkValue.Of(token.Number));
            case AwkTokenKind.Text:
                _at++;
                return new AwkConstant(AwkValue.Of(token.Text));
            case AwkTokenKind.Pattern:
                _at++;
                return new AwkPattern(token.Text);
            case AwkTokenKind.Function:
                _at++;
                return new AwkCall(token.Text, Take("(") ? List(")") : token.Text == "length" ? [] : throw Unexpected());
            case AwkTokenKind.Name:
                _at++;
                return Take("[") ? new AwkElement(token.Text, List("]")) : new AwkVariable(token.Text);
            default:
                if (Take("$")) return new AwkField(Is("++") || Is("--") ? Stepped() : Is("-") || Is("+") || Is("!") ? Signed() : Primary());
                return Take("(") ? Grouped() : throw Unexpected();
        }
    }

    private AwkExpression Grouped()
    {
        var values = List(")");
        if (values.Count > 1) return TakeKeyword("in") ? new AwkMembership(values, Name()) : throw Unexpected();
        // A bracket makes a value of what could be assigned to.
        return values is [var only] ? only is AwkPlace ? new AwkUnary("(", only) : only : throw Unexpected();
    }

    private List<AwkExpression> List(string end)
    {
        var (values, outer) = (new List<AwkExpression>(), _comparesGreater);
        _comparesGreater = true;
        SkipNewLines();
        if (!Is(end))
        {
            do
            {
                SkipNewLines();
                values.Add(Expression());
                SkipNewLines();
            }
            while (Take(","));
        }
        Expect(end);
        _comparesGreater = outer;
        return values;
    }
}
