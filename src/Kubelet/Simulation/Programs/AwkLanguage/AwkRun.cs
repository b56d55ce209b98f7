using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>One run of an awk program: its statements, which pay for what they do and so give way.</summary>
internal sealed partial class AwkRun
{
    private readonly SimProcess _self;
    private readonly List<AwkRule> _rules;
    private readonly AwkMemory _memory;
    private readonly AwkRecord _record;
    private readonly HashSet<AwkRule> _inRange = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PosixRegex> _compiled = new(StringComparer.Ordinal);
    private readonly AwkOutputs _outputs;
    private AwkLeave _leave;
    private int _line = 1;          // of the statement that is running
    private int _code;

    public AwkRun(SimProcess self, List<AwkRule> rules)
    {
        (_self, _rules, _memory, _outputs) = (self, rules, new AwkMemory(self), new AwkOutputs(self));
        _record = new AwkRecord(() => _memory.Text("FS"), () => _memory.Text("OFS"), Compiled, text => new AwkError(text, _line));
        foreach (var (name, value) in new[] { ("FS", " "), ("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\u001c"), ("OFMT", "%.6g"), ("CONVFMT", "%.6g") }) _memory[name] = AwkValue.Of(value);
        foreach (var name in new[] { "NR", "FNR", "RSTART", "RLENGTH" }) _memory[name] = AwkValue.Of(0.0);
        foreach (var (name, value) in self.Environment) _memory.SetElement("ENVIRON", name, AwkValue.OfInput(value));
    }

    /// <summary>What <c>-v</c> and an operand <c>name=value</c> do.</summary>
    public void Assign(string name, string value) => SetVariable(name, AwkValue.OfInput(Escapes.Expand(value).Text));

    public void SetOperands(IReadOnlyList<string> operands)
    {
        _memory["ARGC"] = AwkValue.Of(operands.Count + 1.0);
        for (var i = 0; i <= operands.Count; i++) _memory.SetElement("ARGV", $"{i}", AwkValue.OfInput(i == 0 ? "awk" : operands[i - 1]));
    }

    /// <summary>The exit code.</summary>
    public async ValueTask<int> RunAsync(IReadOnlyList<string> operands)
    {
        var status = 0;
        await RunRulesAsync(AwkWhen.Begin);
        if (_leave == AwkLeave.No && _rules.Exists(r => r.When != AwkWhen.Begin)) status = await ReadAsync(operands);
        // exit in BEGIN or a rule runs END all the same; exit there ends it.
        if (_leave == AwkLeave.Exit) _leave = AwkLeave.No;
        await RunRulesAsync(AwkWhen.End);
        await _outputs.CloseAsync();
        return _code != 0 ? _code : status;
    }

    private async ValueTask<int> ReadAsync(IReadOnlyList<string> operands)
    {
        var (status, hasRead) = (0, false);
        foreach (var operand in operands)
        {
            if (operand.IndexOf('=') is var sign and > 0 && Shell.Parser.IsName(operand.AsSpan(0, sign))) Assign(operand[..sign], operand[(sign + 1)..]);
            else
            {
                hasRead = true;
                status |= await ReadFileAsync([operand]);
            }
        }
        return hasRead ? status : await ReadFileAsync([]);
    }

    private async ValueTask<int> ReadFileAsync(IReadOnlyList<string> files)
    {
        _memory["FILENAME"] = AwkValue.OfInput(files.Count > 0 ? files[0] : "");
        _memory["FNR"] = AwkValue.Of(0.0);
        return await Streams.ForEachFileAsync(_self, "awk", files, async (_, file) =>
        {
            await foreach (var record in RecordsAsync(file))
            {
                if (_leave == AwkLeave.Exit) return;
                foreach (var name in new[] { "NR", "FNR" }) _memory[name] = AwkValue.Of(_memory[name].Number + 1);
                _record.Set(record);
                await RunRulesAsync(AwkWhen.Record);
                if (_leave == AwkLeave.Next) _leave = AwkLeave.No;
                if (_leave == AwkLeave.Exit) return;
            }
        }, isPlain: true);
    }

    private async IAsyncEnumerable<string> RecordsAsync(OpenFile file)
    {
        if (_memory.Text("RS") == "\n")
        {
            await foreach (var line in Streams.LinesAsync(_self, file)) yield return line;
            yield break;
        }
        // By another separator all is read first; without one, empty lines part the records.
        var text = Encoding.UTF8.GetString(await file.ReadToEndAsync(_self)).TrimEnd('\n');
        var separator = _memory.Text("RS");
        foreach (var record in separator == "" ? AwkRecord.Split(text.Trim('\n'), "\n\n+", Compiled) : text.Split(separator[0]))
        {
            await _self.Work.PayAsync(WorkMeter.PerLine);
            yield return record;
        }
    }

    private async ValueTask RunRulesAsync(AwkWhen when)
    {
        foreach (var rule in _rules)
        {
            if (_leave != AwkLeave.No) return;
            if (rule.When != when || !Applies(rule)) continue;
            if (rule.Action is null) await _self.WriteAsync(_record[0].Text() + _memory.Text("ORS"));
            else await RunAsync(rule.Action);
        }
    }

    private bool Applies(AwkRule rule)
    {
        if (rule.From is null) return true;
        if (rule.To is null) return Evaluate(rule.From).IsTrue;
        if (!_inRange.Contains(rule) && !Evaluate(rule.From).IsTrue) return false;
        if (Evaluate(rule.To).IsTrue) _inRange.Remove(rule);
        else _inRange.Add(rule);
        return true;
    }

    private async ValueTask RunAsync(AwkStatement statement)
    {
        await _self.Work.PayAsync(WorkMeter.PerItem);
        _line = statement.Line;
        switch (statement)
        {
            case AwkBlock block:
                for (var i = 0; i < block.Statements.Count && _leave == AwkLeave.No; i++) await RunAsync(block.Statements[i]);
                break;
            case AwkEvaluation evaluation:
                Evaluate(evaluation.Expression);
                break;
            case AwkPrint print:
                await PrintAsync(print);
                break;
            case AwkIf choice:
                if (Evaluate(choice.Condition).IsTrue) await RunAsync(choice.Then);
                else if (choice.Else is { } otherwise) await RunAsync(otherwise);
                break;
            case AwkLoop loop:
                await LoopAsync(loop);
                break;
            case AwkForEach loop:
                foreach (var index in _memory.Array(loop.Array).Keys.ToList())
                {
                    SetVariable(loop.Variable, AwkValue.OfInput(index));
                    await RunAsync(loop.Body);
                    if (EndsLoop()) break;
                }
                break;
            case AwkDelete { Index: null } delete:
                _memory.Clear(delete.Array);
                break;
            case AwkDelete delete:
                _memory.Remove(delete.Array, Index(delete.Index));
                break;
            case AwkJump jump:
                if (jump.Code is { } code) _code = (int)Evaluate(code).Number & 255;
                _leave = jump.Leave;
                break;
        }
    }

    private async ValueTask LoopAsync(AwkLoop loop)
    {
        if (loop.First is { } first) await RunAsync(first);
        for (var isFirst = true; (isFirst && loop.IsTestedLast) || loop.Condition is null || Evaluate(loop.Condition).IsTrue; isFirst = false)
        {
            await RunAsync(loop.Body);
            if (EndsLoop()) return;
            if (loop.Next is { } next) await RunAsync(next);
            await _self.Work.PayAsync(WorkMeter.PerItem);
        }
    }

    private bool EndsLoop()
    {
        var ends = _leave is not (AwkLeave.No or AwkLeave.Continue);
        if (_leave is AwkLeave.Break or AwkLeave.Continue) _leave = AwkLeave.No;
        return ends;
    }

    private ValueTask PrintAsync(AwkPrint print)
    {
        var values = print.Values.Select(Evaluate).ToList();
        var format = _memory.Text("OFMT");
        var text = print.IsFormatted ? AwkFormat.Format(values.Count > 0 ? values[0].Text() : "", [.. values.Skip(1)])
            : (values.Count == 0 ? _record[0].Text() : string.Join(_memory.Text("OFS"), values.Select(v => v.Text(format)))) + _memory.Text("ORS");
        return print.Target is null ? _self.WriteAsync(text) : _outputs.WriteAsync(print.Redirection, Evaluate(print.Target).Text(), text);
    }
}
