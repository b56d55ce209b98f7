using System.Text;
using System.Threading.Channels;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Kubelet.Commands;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Simulation;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Tests.Commands;

/// <summary>A command's messages on the wire, with simulated containers behind it.</summary>
public sealed class CommandWireTests
{
    private readonly Channel<CommandInput> _sent = Channel.CreateUnbounded<CommandInput>();
    private readonly Recorder _answers = new();

    [Fact]
    public async Task Run_InputAndItsEnd_ReachTheCommand()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        var running = RunAsync(lab, id, new() { Stdin = true, Stdout = true, Stderr = true }, "sh", "-c", "cat; echo done >&2; exit 4");

        Send(new() { Begin = new() });
        Send(new() { Stdin = ByteString.CopyFromUtf8("one ") });
        Send(new() { Stdin = ByteString.CopyFromUtf8("two") });
        Send(new() { StdinClosed = new() });
        Send(new() { Stdin = ByteString.CopyFromUtf8("too late") });
        await running.OrMissing("the end of the command");

        Assert.Equal(("one two", "done\n", 4), (_answers.Stdout, _answers.Stderr, _answers.Result!.ExitCode));
        Assert.Equal(CommandOutput.PartOneofCase.Accepted, _answers.Order[0]);
        Assert.Equal(CommandOutput.PartOneofCase.Result, _answers.Order[^1]);
    }

    [Fact]
    public async Task Run_Terminal_PromptsEchoesAndKnowsItsSize()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        var running = RunAsync(lab, id, new() { Stdin = true, Stdout = true, Stderr = true, Tty = true }, "sh");

        Send(new() { Begin = new() });
        Send(new() { Resize = new() { Width = 100, Height = 30 } });
        await _answers.UntilAsync("/ # ");
        Send(new() { Stdin = ByteString.CopyFromUtf8("stty size\r") });
        await _answers.UntilAsync("30 100");
        Send(new() { Stdin = ByteString.CopyFromUtf8("exit 7\r") });
        await running.OrMissing("the end of the shell");

        Assert.Equal("/ # stty size\r\n30 100\r\n/ # exit 7\r\n", _answers.Stdout);
        Assert.Equal(("", 7), (_answers.Stderr, _answers.Result!.ExitCode));
    }

    [Fact]
    public async Task Run_CallerLeaves_KillsTheCommand()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        using var caller = new CancellationTokenSource();
        var running = RunAsync(lab, id, new() { Stdin = true, Stdout = true }, caller.Token, "sh", "-c", "echo there; cat");
        Send(new() { Begin = new() });
        await _answers.UntilAsync("there");

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.OrMissing("the end of the call"));
        Assert.Null(_answers.Result);
        // The shell is killed; its child has no more input, and ends by itself.
        await Patience.UntilAsync(async () => (await lab.ExecAsync(id, "pgrep cat")).Stdout.Length == 0, "the end of cat");
    }

    [Fact]
    public async Task Run_NothingButBegin_IsTakenFirst()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        var running = RunAsync(lab, id, new() { Stdin = true }, "true");

        Send(new() { Stdin = ByteString.CopyFromUtf8("early") });

        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => running.OrMissing("the refusal"))).StatusCode);
    }

    [Fact]
    public async Task Run_CommandThatReadsNothing_HoldsTheCallerUpAndEnds()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        var running = RunAsync(lab, id, new() { Stdin = true, Stdout = true }, "sh", "-c", "sleep 5");
        Send(new() { Begin = new() });
        for (var i = 0; i < 100; i++) Send(new() { Stdin = ByteString.CopyFrom(new byte[32 << 10]) });

        await lab.Time.WaitForTimersAsync(2);
        lab.Time.Advance(TimeSpan.FromSeconds(5));
        await running.OrMissing("the end of the command");

        Assert.InRange(_sent.Reader.Count, 90, 100);
    }

    [Fact]
    public async Task Attach_TerminalOfAContainer_EchoesWhatIsTyped()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "busybox:1.30", Command = ["sh"], Stdin = true, StdinOnce = true, Tty = true });
        var running = CommandWire.RunAsync(
            new() { Stdin = true, Stdout = true, Tty = true }, new Requests(_sent.Reader), _answers,
            async (streams, ct) =>
            {
                await lab.Runtime.AttachAsync(id, streams, ct);
                return new();
            }, default);
        Send(new() { Begin = new() });

        // What was printed before is in the log only; kubectl says "try pressing enter" for that reason.
        Send(new() { Stdin = ByteString.CopyFromUtf8("\r") });
        await _answers.UntilAsync("\r\n/ # ");      // the second prompt, also where the first one came after all
        Send(new() { Stdin = ByteString.CopyFromUtf8("echo hi\r") });
        await _answers.UntilAsync("hi\r\n/ # ");
        Send(new() { Stdin = ByteString.CopyFromUtf8("exit\r") });
        await running.OrMissing("the end of the container");

        Assert.EndsWith("/ # echo hi\r\nhi\r\n/ # exit\r\n", _answers.Stdout);
    }

    private void Send(CommandInput input) => Assert.True(_sent.Writer.TryWrite(input));

    private Task RunAsync(SimLab lab, string id, CommandStart start, params string[] command) => RunAsync(lab, id, start, default, command);

    private Task RunAsync(SimLab lab, string id, CommandStart start, CancellationToken ct, params string[] command) => CommandWire.RunAsync(
        start, new Requests(_sent.Reader), _answers,
        async (streams, ending) => new CommandResult { ExitCode = await lab.Runtime.ExecAsync(id, new ExecRequest(command, start.Tty), streams, ending) }, ct);

    private sealed class Requests(ChannelReader<CommandInput> sent) : IAsyncStreamReader<CommandInput>
    {
        public CommandInput Current { get; private set; } = new();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await sent.WaitToReadAsync(cancellationToken) || !sent.TryRead(out var next)) return false;
            Current = next;
            return true;
        }
    }

    private sealed class Recorder : IServerStreamWriter<CommandOutput>
    {
        private readonly Lock _gate = new();
        private readonly List<CommandOutput> _all = [];

        public WriteOptions? WriteOptions { get; set; }

        public string Stdout => Text(output => output.Stdout);

        public string Stderr => Text(output => output.Stderr);

        public CommandResult? Result
        {
            get { lock (_gate) return _all.Select(output => output.Result).FirstOrDefault(result => result is not null); }
        }

        public List<CommandOutput.PartOneofCase> Order
        {
            get { lock (_gate) return [.. _all.Select(output => output.PartCase)]; }
        }

        public Task WriteAsync(CommandOutput message)
        {
            lock (_gate) _all.Add(message);
            return Task.CompletedTask;
        }

        /// <summary>Until standard output holds the text.</summary>
        public async Task UntilAsync(string text)
        {
            using var limit = new CancellationTokenSource(Patience.Limit);
            while (!Stdout.Contains(text, StringComparison.Ordinal))
            {
                if (limit.IsCancellationRequested) throw new TimeoutException($"Missing: {text} in {Stdout}");
                await Task.Yield();
            }
        }

        private string Text(Func<CommandOutput, ByteString> of)
        {
            lock (_gate) return string.Concat(_all.Where(output => of(output) is { Length: > 0 }).Select(output => Encoding.UTF8.GetString(of(output).Span)));
        }
    }
}
