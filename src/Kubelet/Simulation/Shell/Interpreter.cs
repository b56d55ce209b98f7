using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>Runs parsed commands in one shell process.</summary>
/// <remarks>
/// Break, continue, return and exit travel as a pending <see cref="Leave"/> that every construct looks at after each step, not as
/// exceptions. Caught signals are acted on between
/// commands only: while a command runs in the foreground its trap waits, as in every POSIX shell; <c>wait</c> alone is cut short by one.
/// </remarks>
internal sealed partial class Interpreter
{
    public const int ParsingWork = 32;            // of one character
    private const int MaxFunctionDepth = 200;
    private const int MaxNesting = 200;           // of eval, sourced files and traps
    private const int MaxDepth = 1000;            // of commands in commands
    private const int MaxEndedJobs = 256;         // that nobody has waited for
    private const int StepsPerFork = 10;          // what a process costs the host, beside a command that needs none
    private const int StepsPerError = 10;
    private const int StepsPerExec = 100;         // the way up to where the process begins anew
    private const int MaxSubstitution = 1 << 20;
    private readonly SimProcess _self;
    private readonly ShellState _state;
    private readonly Expansion _expansion;
    private Leave _leave;
    private int _leaveLevels;
    private int _loops;
    private int _tested;            // inside a condition: set -e does not count
    private bool _inTrap;
    private int _nesting;
    private int _depth;
    private int _substitutionStatus;

    public Interpreter(SimProcess self, ShellState state)
    {
        _self = self;
        _state = state;
        state.Owner = self;
        _expansion = new Expansion(self, state, SubstituteAsync);
    }

    private enum Leave
    {
        No,
        Break,
        Continue,
        Return,
        Exit,
    }

    public ShellState State => _state;

    /// <summary>A whole script, line by line; answers the exit status after the EXIT trap.</summary>
    /// <param name="script">The text.</param>
    /// <param name="mayReplace">The last command may take the shell's place, as after <c>-c</c>.</param>
    /// <param name="line">The first line's number: ash counts from 1 in a file, from 0 after <c>-c</c>.</param>
    public async ValueTask<int> RunScriptAsync(string script, bool mayReplace, int line)
    {
        try
        {
            await RunLinesAsync(script, mayReplace, line);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
        }
        return await FinishAsync();
    }

    /// <summary>One command in a subshell of its own.</summary>
    public async ValueTask<int> RunForkedAsync(Command command)
    {
        try
        {
            await RunAsync(command, isLast: true);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
        }
        return await FinishAsync();
    }

    /// <summary>Runs what a line of input or <c>eval</c> holds, in this shell. False: the shell is to end.</summary>
    public async ValueTask<bool> RunLinesAsync(string script, bool mayReplace = false, int? line = null)
    {
        // Behind a line that has its end there might be another one: the shell, which reads line by line, stays to see.
        mayReplace &= !script.EndsWith('\n');
        if (_nesting >= MaxNesting)
        {
            await AbandonAsync("nested too deeply");
            return false;
        }
        await _self.Work.PayAsync(ParsingWork * (long)script.Length);
        var parser = new Parser(script, line ?? _state.Line, _state.Aliases);
        _nesting++;
        try
        {
            return await RunLinesAsync(parser, mayReplace);
        }
        finally
        {
            _nesting--;
        }
    }

    private async ValueTask<bool> RunLinesAsync(Parser parser, bool mayReplace)
    {
        while (true)
        {
            Command? command;
            try
            {
                command = parser.ParseNext();
            }
            catch (SyntaxError error) when (!error.IsIncomplete || !IsInteractive)
            {
                _state.Line = error.Line;
                await WarnAsync($"syntax error: {error.Message}");
                _state.LastStatus = 2;
                if (!IsInteractive) _leave = Leave.Exit;
                return IsInteractive;
            }
            if (command is null) return true;
            if (_state.NoExecute && !IsInteractive) continue;
            using (_self.Holding(parser.TakeSize())) await RunAsync(command, mayReplace && parser.IsAtEnd);
            await RunTrapsAsync();
            if (_leave != Leave.No) return false;
        }
    }

    public bool IsInteractive { get; init; }

    public bool IsLeaving => _leave != Leave.No;

    /// <summary>Says what went wrong, once, and takes its status.</summary>
    public async ValueTask ReportAsync(ShellError error)
    {
        _state.LastStatus = error.Status;
        if (error.IsReported) return;
        error.IsReported = true;
        _self.Kernel.Throttle.Charge(StepsPerError);
        await WarnAsync(error.Message);
    }

    private ValueTask WarnAsync(string text) => _self.ErrorAsync(Prefix() + text);

    // What stands before every complaint: the shell's name, and in a script or built-in that and the line.
    private string Prefix()
    {
        var (shell, command) = (_state.Name, _state.CommandName);
        if (command is null) return $"{shell}: ";
        return $"{shell}: {(command == shell ? "" : $"{command}: ")}{(IsInteractive ? "" : $"line {_state.Line}: ")}";
    }

    public async ValueTask<int> FinishAsync()
    {
        _leave = Leave.No;
        if (!_self.IsBecomingAnother && _state.Traps.TryGetValue(0, out var action))
        {
            _state.SetTrap(0, null);
            if (action != "") await RunActionAsync(action);
        }
        return _state.LastStatus;
    }

    private async ValueTask<int> RunAsync(Command command, bool isLast = false)
    {
        if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) await Task.Yield();       // to a stack that is empty
        await _self.Kernel.Throttle.StepAsync(_self);
        if (_self.Signals.HasPending) await RunTrapsAsync();
        if (_leave != Leave.No || (_state.NoExecute && !IsInteractive)) return _state.LastStatus;
        if (_depth >= MaxDepth) return await AbandonAsync("nested too deeply");

        _depth++;
        try
        {
            return await RunAnyAsync(command, isLast);
        }
        finally
        {
            _depth--;
        }
    }

    // Ends the shell as an error does, but without an exception: its way up through a thousand commands would take a second.
    private async ValueTask<int> AbandonAsync(string text)
    {
        await WarnAsync(text);
        _leave = Leave.Exit;
        return _state.LastStatus = 2;
    }

    private async ValueTask<int> RunAnyAsync(Command command, bool isLast)
    {
        var status = command switch
        {
            SimpleCommand simple => await RunReportingAsync(simple, isLast),
            PipelineCommand pipeline => await RunPipelineAsync(pipeline),
            AndOrCommand andOr => await RunAndOrAsync(andOr, isLast),
            ListCommand list => await RunListAsync(list, isLast),
            FunctionCommand function => Define(function),
            _ => await RunCompoundAsync(command, isLast),
        };
        _state.LastStatus = status;
        if (status != 0 && _state.ExitOnError && _tested == 0 && _leave == Leave.No && (command is SimpleCommand or PipelineCommand { IsNegated: false } or SubshellCommand))
            _leave = Leave.Exit;
        return status;
    }

    private async ValueTask<int> RunCompoundAsync(Command command, bool isLast)
    {
        var saved = await RedirectAsync(command.Redirections);
        if (saved is null) return 1;
        try
        {
            isLast &= command.Redirections.Count == 0;
            return command switch
            {
                GroupCommand group => await RunAsync(group.Body, isLast),
                SubshellCommand subshell => await WaitForChildAsync(Fork(subshell.Body)),
                IfCommand conditional => await RunIfAsync(conditional, isLast),
                LoopCommand loop => await RunLoopAsync(loop),
                ForCommand loop => await RunForAsync(loop),
                CaseCommand choice => await RunCaseAsync(choice, isLast),
                _ => throw new InvalidOperationException($"No such command: {command.GetType().Name}"),
            };
        }
        finally
        {
            Redirections.Restore(saved);
        }
    }

    private async ValueTask<int> RunListAsync(ListCommand list, bool isLast)
    {
        var status = 0;
        for (var i = 0; i < list.Items.Count && _leave == Leave.No; i++)
        {
            var item = list.Items[i];
            if (item.InBackground) status = RunInBackground(item.Command);
            else status = await RunAsync(item.Command, isLast && i == list.Items.Count - 1);
        }
        return _leave == Leave.No ? status : _state.LastStatus;
    }

    private async ValueTask<int> RunAndOrAsync(AndOrCommand command, bool isLast)
    {
        // "a && b || c" is ((a && b) || c), however long: from the left, and not by going down.
        var chain = new Stack<AndOrCommand>([command]);
        while (chain.Peek().Left is AndOrCommand left) chain.Push(left);
        var status = await TestAsync(chain.Peek().Left);
        while (_leave == Leave.No && chain.TryPop(out var next))
        {
            if (status == 0 == next.IsAnd) status = chain.Count == 0 ? await RunAsync(next.Right, isLast) : await TestAsync(next.Right);
        }
        return status;
    }

    private async ValueTask<int> TestAsync(Command condition)
    {
        _tested++;
        try
        {
            return await RunAsync(condition);
        }
        finally
        {
            _tested--;
        }
    }

    private async ValueTask<int> RunIfAsync(IfCommand command, bool isLast)
    {
        while (true)
        {
            var condition = await TestAsync(command.Condition);
            if (_leave != Leave.No) return condition;
            if (condition == 0) return await RunAsync(command.Then, isLast);
            if (command.Else is not IfCommand { Redirections.Count: 0 } elif) return command.Else is null ? 0 : await RunAsync(command.Else, isLast);
            command = elif;
        }
    }

    private async ValueTask<int> RunLoopAsync(LoopCommand loop)
    {
        var status = 0;
        _loops++;
        while (_leave == Leave.No)
        {
            var condition = await TestAsync(loop.Condition);
            if (_leave == Leave.No)
            {
                if (condition == 0 == loop.IsUntil) break;
                status = await RunAsync(loop.Body);
            }
            if (EndsLoop()) break;
        }
        _loops--;
        return _leave == Leave.No ? status : _state.LastStatus;
    }

    private async ValueTask<int> RunForAsync(ForCommand loop)
    {
        var status = 0;
        IReadOnlyList<string> values = loop.Words is null ? _state.Parameters : await _expansion.FieldsAsync(loop.Words);
        using var held = _self.Holding(HeldMemory.SizeOf(values));
        _loops++;
        foreach (var value in values)
        {
            _state.Set(loop.Name, value);
            status = await RunAsync(loop.Body);
            if (EndsLoop()) break;
        }
        _loops--;
        return _leave == Leave.No ? status : _state.LastStatus;
    }

    // Takes a break or continue that is meant for this loop.
    private bool EndsLoop()
    {
        if (_leave is not (Leave.Break or Leave.Continue)) return _leave != Leave.No;
        if (--_leaveLevels > 0) return true;
        var ends = _leave == Leave.Break;
        _leave = Leave.No;
        _state.LastStatus = 0;
        return ends;
    }

    private async ValueTask<int> RunCaseAsync(CaseCommand command, bool isLast)
    {
        var subject = await _expansion.TextAsync(command.Subject);
        foreach (var clause in command.Clauses)
        {
            foreach (var pattern in clause.Patterns)
            {
                if (!ShellPattern.IsMatch(await _expansion.PatternAsync(pattern), subject, _self.Work)) continue;
                return clause.Body is null ? 0 : await RunAsync(clause.Body, isLast);
            }
        }
        return 0;
    }

    private int Define(FunctionCommand function)
    {
        _state.Define(function);
        return 0;
    }

    private async ValueTask<int> RunPipelineAsync(PipelineCommand pipeline)
    {
        if (pipeline.Stages is [var only])
        {
            var status = await TestAsync(only);
            return _leave != Leave.No ? status : status == 0 ? 1 : 0;
        }
        var processes = new List<SimProcess>();
        OpenFile? input = null;
        for (var i = 0; i < pipeline.Stages.Count; i++)
        {
            var descriptors = _self.Descriptors.Copy();
            if (input is not null) descriptors.Set(0, input);
            input = null;
            if (i < pipeline.Stages.Count - 1)
            {
                var (reader, writer) = PipeFile.Create();
                descriptors.Set(1, writer);
                input = reader;
            }
            processes.Add(Fork(pipeline.Stages[i], descriptors));
        }
        var last = 0;
        foreach (var process in processes)
        {
            var status = await WaitForChildAsync(process);
            last = _state.PipeFail && status == 0 ? last : status;
        }
        return pipeline.IsNegated ? last == 0 ? 1 : 0 : last;
    }

    private int RunInBackground(Command command)
    {
        var descriptors = _self.Descriptors.Copy();
        if (!IsInteractive) descriptors.Set(0, new NullFile());
        var process = Fork(command, descriptors, isTested: false);
        process.Signals[Signals.Int] = Disposition.Ignore;
        process.Signals[Signals.Quit] = Disposition.Ignore;
        if (_state.Jobs.Count >= MaxEndedJobs && _state.Jobs.FindIndex(j => j.Process.Exited.IsCompleted) is var ended and >= 0) _state.Jobs.RemoveAt(ended);
        _state.Jobs.Add(new Job(_state.Jobs.Count == 0 ? 1 : _state.Jobs[^1].Number + 1, process));
        _state.LastBackgroundPid = process.Pid;
        return 0;
    }

    private SimProcess Fork(Command command, DescriptorTable? descriptors = null, bool? isTested = null)
    {
        _self.Kernel.Throttle.Charge(StepsPerFork + (_state.NameCount / 64));
        try
        {
            var setup = new ProcessSetup(
                _self.Environment, _self.WorkingDirectory, _self.User, descriptors ?? _self.Descriptors.Copy(), _self.Clock.ForChild());
            return _self.Kernel.Start(_self, _self.Arguments, new ResolvedCommand(new ForkedShell(_state.Fork(), command, isTested ?? _tested > 0)), setup);
        }
        catch (FileError)
        {
            throw new ShellError("can't fork: Resource temporarily unavailable", 2);
        }
    }

    private async ValueTask<string> SubstituteAsync(Command body)
    {
        var output = new CollectingFile(MaxSubstitution, _self);
        var descriptors = _self.Descriptors.Copy();
        descriptors.Set(1, output);
        _substitutionStatus = await WaitForAsync(Fork(body, descriptors, isTested: false));
        return Encoding.UTF8.GetString(output.Bytes).Replace("\0", "", StringComparison.Ordinal);
    }

    private async ValueTask<int> WaitForAsync(SimProcess child)
    {
        var status = await child.Exited.WaitAsync(_self.Killed);
        _self.Clock.JoinChild(child.Clock);
        return status.Code;
    }

    // As ash does of a job that it waits for: a signal that ended it is named, an interrupt or a broken pipe is not.
    private async ValueTask<int> WaitForChildAsync(SimProcess child)
    {
        var code = await WaitForAsync(child);
        foreach (var job in _state.Jobs) job.IsSeen |= job.Process.Exited.IsCompleted;
        if ((await child.Exited).Signal is var signal and not (0 or Signals.Int or Signals.Pipe)) await _self.ErrorAsync(Signals.Description(signal));
        return code;
    }

    private async ValueTask RunTrapsAsync()
    {
        if (_inTrap) return;
        while (_self.Signals.TryTake() is { } signal)
            if (_state.Traps.TryGetValue(signal, out var action) && action != "") await RunActionAsync(action);
    }

    private async ValueTask RunActionAsync(string action)
    {
        var (status, leave, levels) = (_state.LastStatus, _leave, _leaveLevels);
        _inTrap = true;
        _leave = Leave.No;
        await RunLinesAsync(action);
        _inTrap = false;
        if (_leave == Leave.Exit) return;
        (_state.LastStatus, _leave, _leaveLevels) = (status, leave, levels);
    }

    /// <summary>A subshell: the copied state, and one command.</summary>
    private sealed class ForkedShell(ShellState state, Command command, bool isTested) : IProgram
    {
        public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) =>
            new Interpreter(self, state) { _tested = isTested ? 1 : 0 }.RunForkedAsync(command);
    }
}
