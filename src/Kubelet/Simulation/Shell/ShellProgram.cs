using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>sh, ash, bash: <c>-c script [name args]</c>, <c>file args</c>, or standard input.</summary>
internal sealed class ShellProgram : IProgram
{
    private const int MaxPending = 1 << 20;

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var state = new ShellState(arguments[0], self.Environment) { Pid = self.Pid, Line = 1 };
        state.Set("PWD", self.WorkingDirectory);
        state.Export("PWD");
        string? script = null;
        var (i, fromInput) = (1, false);
        for (; i < arguments.Count && arguments[i].Length > 1 && (arguments[i][0] is '-' or '+'); i++)
        {
            if (arguments[i] == "--") continue;
            if (arguments[i] is "-o" or "+o")
            {
                if (++i < arguments.Count) Interpreter.SetOption(state, arguments[i], arguments[i - 1][0] == '-');
                continue;
            }
            if (arguments[i].StartsWith("--", StringComparison.Ordinal)) continue;
            foreach (var option in arguments[i].AsSpan(1))
            {
                if (option == 'c') script = "";
                else if (option == 's') fromInput = true;
                else Interpreter.SetOption(state, option.ToString(), arguments[i][0] == '-');
            }
        }
        if (script is not null)
        {
            if (i >= arguments.Count)
            {
                await self.ErrorAsync($"{arguments[0]}: -c requires an argument");
                return 2;
            }
            script = arguments[i++];
            if (i < arguments.Count) state.Name = arguments[i++];
            state.Parameters = [.. arguments.Skip(i)];
            return await new Interpreter(self, state).RunScriptAsync(script, mayReplace: true, line: 0);
        }
        if (fromInput) state.Parameters = [.. arguments.Skip(i)];
        return i < arguments.Count && !fromInput ? await RunFileAsync(self, state, arguments, i) : await RunInputAsync(self, state);
    }

    private static async ValueTask<int> RunFileAsync(SimProcess self, ShellState state, IReadOnlyList<string> arguments, int at)
    {
        string script;
        try
        {
            script = await self.Files.ReadTextAsync(arguments[at]);
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"{arguments[0]}: can't open '{arguments[at]}': {error.Message}");
            return 2;
        }
        state.Name = state.CommandName = arguments[at];
        state.Parameters = [.. arguments.Skip(at + 1)];
        return await new Interpreter(self, state).RunScriptAsync(script, mayReplace: false, line: 1);
    }

    // Reads line by line and runs what is complete; on a terminal with prompts.
    private static async ValueTask<int> RunInputAsync(SimProcess self, ShellState state)
    {
        var isInteractive = self.Stdin.IsTerminal;
        var shell = new Interpreter(self, state) { IsInteractive = isInteractive };
        var pending = "";
        var reader = new LineReader(self.Stdin, self.Work);
        if (isInteractive) self.Signals.Catch(Signals.Int, Signals.Term);
        while (true)
        {
            if (isInteractive) await self.Stderr.WriteAsync(Prompt(self, pending), self.Killed);
            var line = await reader.ReadLineAsync(self.Killed);
            if (line is null) break;
            pending += line + "\n";
            try
            {
                // All of it is looked at anew with each line.
                await self.Work.PayAsync(Interpreter.ParsingWork * (long)pending.Length);
                if (pending.Length > MaxPending) throw new ShellError("out of memory", 2);
                if (!new Parser(pending).IsComplete()) continue;
                var goesOn = await shell.RunLinesAsync(pending);
                pending = "";
                if (!goesOn) break;
            }
            catch (ShellError error)
            {
                pending = "";
                await shell.ReportAsync(error);
                if (!isInteractive) break;
            }
        }
        if (pending != "") await shell.RunLinesAsync(pending);
        return await shell.FinishAsync();
    }

    private static byte[] Prompt(SimProcess self, string pending)
    {
        if (pending != "") return "> "u8.ToArray();
        var home = self.Env("HOME");
        var place = self.WorkingDirectory == home ? "~" : self.WorkingDirectory;
        return System.Text.Encoding.UTF8.GetBytes($"{place} {(self.User.Uid == 0 ? "#" : "$")} ");
    }
}
