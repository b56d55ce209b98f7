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
    private const int MaxFunctionDepth = 200;
    private const int StepsPerFork = 10;          // what a process costs the host, beside a command that needs none
    private const int MaxSubstitution = 1 << 20;
    private readonly SimProcess _self;
    private readonly ShellState _state;
    private readonly Expansion _expansion;
    private Leave _leave;
    private int _leaveLevels;
    private int _loops;
    private int _tested;            // inside a condition: set -e does not count
    private bool _inTrap;
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
        var parser = new Parser(script, line ?? _state.Line, _state.Aliases);
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
            await RunAsync(command, mayReplace && parser.IsAtEnd);
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
        if (_state.Traps.Remove(0, out var action) && action != "") await RunActionAsync(action);
        return _state.LastStatus;
    }

    private async ValueTask<int> RunAsync(Command command, bool isLast = false)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        await _self.Kernel.Throttle.StepAsync(_self);
        if (_self.Signals.HasPending) await RunTrapsAsync();
        if (_leave != Leave.No || (_state.NoExecute && !IsInteractive)) return _state.LastStatus;

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
        var status = await TestAsync(command.Left);
        if (_leave != Leave.No || status == 0 != command.IsAnd) return status;
        status = await RunAsync(command.Right, isLast);
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
        var condition = await TestAsync(command.Condition);
        if (_leave != Leave.No) return condition;
        if (condition == 0) return await RunAsync(command.Then, isLast);
        return command.Else is null ? 0 : await RunAsync(command.Else, isLast);
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
        IEnumerable<string> values = loop.Words is null ? _state.Parameters : await _expansion.FieldsAsync(loop.Words);
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
                if (!ShellPattern.IsMatch(await _expansion.PatternAsync(pattern), subject)) continue;
                return clause.Body is null ? 0 : await RunAsync(clause.Body, isLast);
            }
        }
        return 0;
    }

    private int Define(FunctionCommand function)
    {
        _state.Functions[function.Name] = function.Body;
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
        _state.Jobs.Add(new Job(_state.Jobs.Count == 0 ? 1 : _state.Jobs[^1].Number + 1, process));
        _state.LastBackgroundPid = process.Pid;
        return 0;
    }

    private SimProcess Fork(Command command, DescriptorTable? descriptors = null, bool? isTested = null)
    {
        _self.Kernel.Throttle.Charge(StepsPerFork + (_state.VariableCount / 64));
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
        var output = new CollectingFile(MaxSubstitution);
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
