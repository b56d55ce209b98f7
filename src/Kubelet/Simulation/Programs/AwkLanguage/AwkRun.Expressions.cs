using System.Runtime.CompilerServices;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

// Expressions. They cannot wait; what they cost, the next statement pays.
internal sealed partial class AwkRun
{
    private const int WorkPerExpression = 4;
    private const int MaxText = 4 << 20;
    private const int MaxCompiled = 256;
    private Random _random = new(0);
    private double _seed;

    private AwkValue Evaluate(AwkExpression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _self.Work.Add(WorkPerExpression);
        return expression switch
        {
            AwkConstant constant => constant.Value,
            AwkPattern pattern => AwkValue.Of(Compiled(pattern.Text).IsMatch(_record[0].Text())),
            AwkVariable { Name: "NF" } => AwkValue.Of((double)_record.Count),
            AwkVariable variable => _memory[variable.Name],
            AwkField field => _record[Evaluate(field.Index).Number],
            AwkElement element => _memory.Element(element.Array, Index(element.Index)),
            AwkUnary unary => Unary(unary.Operator, Evaluate(unary.Operand)),
            AwkBinary binary => Binary(binary),
            AwkConditional choice => Evaluate(Evaluate(choice.Condition).IsTrue ? choice.Then : choice.Else),
            AwkAssignment assignment => Assign(assignment),
            AwkStep step => Step(step),
            AwkMembership membership => AwkValue.Of(_memory.Array(membership.Array).ContainsKey(Index(membership.Index))),
            AwkCall call => Call(call),
            _ => throw new InvalidOperationException($"No such expression: {expression.GetType().Name}"),
        };
    }

    private static AwkValue Unary(string operation, AwkValue operand) => operation switch
    {
        "!" => AwkValue.Of(!operand.IsTrue),
        "-" => AwkValue.Of(-operand.Number),
        "+" => AwkValue.Of(operand.Number),
        _ => operand,
    };

    private AwkValue Binary(AwkBinary binary)
    {
        if (binary.Operator == "&&") return AwkValue.Of(Evaluate(binary.Left).IsTrue && Evaluate(binary.Right).IsTrue);
        if (binary.Operator == "||") return AwkValue.Of(Evaluate(binary.Left).IsTrue || Evaluate(binary.Right).IsTrue);
        var left = Evaluate(binary.Left);
        if (binary.Operator is "~" or "!~") return AwkValue.Of(Expression(binary.Right).IsMatch(Text(left)) == (binary.Operator == "~"));
        var right = Evaluate(binary.Right);
        return binary.Operator switch
        {
            "" => Joined(Text(left), Text(right)),
            "<" => AwkValue.Of(AwkValue.Compare(left, right) < 0),
            "<=" => AwkValue.Of(AwkValue.Compare(left, right) <= 0),
            ">" => AwkValue.Of(AwkValue.Compare(left, right) > 0),
            ">=" => AwkValue.Of(AwkValue.Compare(left, right) >= 0),
            "==" => AwkValue.Of(AwkValue.Compare(left, right) == 0),
            "!=" => AwkValue.Of(AwkValue.Compare(left, right) != 0),
            var operation => AwkValue.Of(Calculate(operation, left.Number, right.Number)),
        };
    }

    private AwkValue Joined(string left, string right)
    {
        if (left.Length + (long)right.Length > MaxText) throw new FileError("out of memory");
        _self.Work.Add((left.Length + right.Length) / WorkPerExpression);
        return AwkValue.Of(left + right);
    }

    private double Calculate(string operation, double left, double right) => operation switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" or "%" when right == 0 => throw new AwkError("Division by zero", _line),
        "/" => left / right,
        "%" => left % right,
        _ => Math.Pow(left, right),
    };

    private AwkValue Assign(AwkAssignment assignment)
    {
        var value = Evaluate(assignment.Value);
        if (assignment.Operator != "") value = AwkValue.Of(Calculate(assignment.Operator, Evaluate(assignment.Place).Number, value.Number));
        Put(assignment.Place, value);
        return value;
    }

    private AwkValue Step(AwkStep step)
    {
        var before = Evaluate(step.Place).Number;
        Put(step.Place, AwkValue.Of(before + step.By));
        return AwkValue.Of(step.IsPrefix ? before + step.By : before);
    }

    private void Put(AwkExpression place, AwkValue value)
    {
        switch (place)
        {
            case AwkVariable variable:
                SetVariable(variable.Name, value);
                break;
            case AwkField field:
                _record[Evaluate(field.Index).Number] = value;
                break;
            case AwkElement element:
                _memory.SetElement(element.Array, Index(element.Index), value);
                break;
        }
    }

    private void SetVariable(string name, AwkValue value)
    {
        if (name == "NF") _record.Resize(value.Number);
        else _memory[name] = value;
    }

    private string Index(IReadOnlyList<AwkExpression> parts) =>
        parts is [var only] ? Text(Evaluate(only)) : string.Join(_memory.Text("SUBSEP"), parts.Select(p => Text(Evaluate(p))));

    private string Text(AwkValue value) => value.Text(_memory.Text("CONVFMT"));

    private PosixRegex Expression(AwkExpression expression) => Compiled(expression is AwkPattern pattern ? pattern.Text : Text(Evaluate(expression)));

    private PosixRegex Compiled(string pattern)
    {
        if (_compiled.TryGetValue(pattern, out var known)) return known;
        if (_compiled.Count >= MaxCompiled) _compiled.Clear();
        return _compiled[pattern] = new PosixRegex(_self, pattern, extended: true);
    }
}
