using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

// Calls of awk's own functions.
internal sealed partial class AwkRun
{
    private AwkValue Call(AwkCall call)
    {
        var arguments = call.Arguments;
        switch (call.Function)
        {
            case "length":
                return arguments is [AwkVariable array] && _memory.IsArray(array.Name) ? AwkValue.Of((double)_memory.Array(array.Name).Count)
                    : AwkValue.Of((double)(arguments.Count == 0 ? _record[0] : Evaluate(arguments[0])).Text().Length);
            case "substr":
                return AwkValue.Of(AwkFunctions.Part(TextOf(call, 0), NumberOf(call, 1), arguments.Count > 2 ? NumberOf(call, 2) : null));
            case "index":
                return AwkValue.Of(TextOf(call, 0).IndexOf(TextOf(call, 1), StringComparison.Ordinal) + 1.0);
            case "split":
                return Split(call);
            case "sub" or "gsub":
                return Substitute(call);
            case "match":
                var match = Expression(Argument(call, 1)).Match(TextOf(call, 0));
                _memory["RSTART"] = AwkValue.Of(match.Success ? match.Index + 1.0 : 0);
                _memory["RLENGTH"] = AwkValue.Of(match.Success ? match.Length : -1.0);
                return _memory["RSTART"];
            case "sprintf":
                return AwkValue.Of(AwkFormat.Format(TextOf(call, 0), [.. arguments.Skip(1).Select(Evaluate)]));
            case "toupper":
                return AwkValue.Of(TextOf(call, 0).ToUpperInvariant());
            case "tolower":
                return AwkValue.Of(TextOf(call, 0).ToLowerInvariant());
            case "atan2":
                return AwkValue.Of(Math.Atan2(NumberOf(call, 0), NumberOf(call, 1)));
            case "rand":
                return AwkValue.Of(_random.NextDouble());
            case "srand":
                var before = _seed;
                _seed = arguments.Count > 0 ? NumberOf(call, 0) : _self.Clock.Now.ToUnixTimeSeconds();
                _random = new Random(_seed.GetHashCode());
                return AwkValue.Of(before);
            case "systime":
                return AwkValue.Of((double)_self.Clock.Now.ToUnixTimeSeconds());
            case "close" or "fflush":
                if (arguments.Count > 0) _outputs.Close(TextOf(call, 0));
                return AwkValue.Of(0.0);
            default:
                return AwkValue.Of(AwkFunctions.OfNumber(call.Function, NumberOf(call, 0)));
        }
    }

    private AwkValue Split(AwkCall call)
    {
        if (Argument(call, 1) is not AwkVariable array) throw new AwkError("Unexpected token", _line);
        var text = TextOf(call, 0);
        var parts = call.Arguments.Count < 3 ? AwkRecord.Split(text, _memory.Text("FS"), Compiled)
            : call.Arguments[2] is AwkPattern pattern ? text == "" ? [] : AwkRecord.Split(text, $"({pattern.Text})", Compiled)
            : AwkRecord.Split(text, TextOf(call, 2), Compiled);
        _memory.Clear(array.Name);
        var count = 0;
        foreach (var part in parts) _memory.SetElement(array.Name, (++count).ToString(CultureInfo.InvariantCulture), AwkValue.OfInput(part));
        return AwkValue.Of((double)count);
    }

    private AwkValue Substitute(AwkCall call)
    {
        var (expression, by) = (Expression(Argument(call, 0)), TextOf(call, 1));
        var target = call.Arguments.Count > 2 ? call.Arguments[2] : new AwkField(new AwkConstant(AwkValue.Of(0.0)));
        var (count, length) = (0, 0L);
        var text = expression.Replace(Text(Evaluate(target)), match =>
        {
            if (call.Function == "sub" && count > 0) return match.Value;
            count++;
            var one = AwkFunctions.Replacement(match, by);
            return (length += one.Length) <= MaxText ? one : throw new FileError("out of memory");
        });
        if (count > 0) Put(target, AwkValue.Of(text));
        return AwkValue.Of((double)count);
    }

    private AwkExpression Argument(AwkCall call, int index) => index < call.Arguments.Count ? call.Arguments[index] : throw new AwkError("Too few arguments", _line);

    private string TextOf(AwkCall call, int index)
    {
        var text = Text(Evaluate(Argument(call, index)));
        _self.Work.Add(text.Length / WorkPerExpression);
        return text;
    }

    private double NumberOf(AwkCall call, int index) => Evaluate(Argument(call, index)).Number;
}
