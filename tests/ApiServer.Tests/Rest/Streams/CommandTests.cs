using System.Net;
using System.Net.WebSockets;
using System.Text;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Api.Codecs;

using static MiniK8s.ApiServer.Tests.Rest.Streams.StreamRig;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

/// <summary>exec and attach over WebSocket and SPDY, with a kubelet that the test plays.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private const string Success = """{"metadata":{},"status":"Success"}""";
    private const string AllOutput = "/exec?command=ls&stdout=true&stderr=true";

    private StreamRig _rig = null!;

    public async Task InitializeAsync() => _rig = await StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task ExecV5_CommandWithOutput_ComesOnItsChannelsThenItsStatus()
    {
        var asked = new TaskCompletionSource<Protocol.V1.CommandStart>();
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            asked.SetResult(await AcceptAsync(inputs, outputs));
            await outputs.WriteAsync(Stdout("out"));
            await outputs.WriteAsync(new() { Stderr = ByteString.CopyFromUtf8("err") });
            await outputs.WriteAsync(Exit(0));
        };

        using var socket = await _rig.ConnectAsync($"{Pod}/exec?command=sh&command=-c&command=ls&stdout=true&stderr=true", "v5.channel.k8s.io");

        Assert.Equal("v5.channel.k8s.io", socket.SubProtocol);
        Assert.Equal("\u0001", await ReadAsync(socket));
        Assert.Equal("\u0001out", await ReadAsync(socket));
        Assert.Equal("\u0002err", await ReadAsync(socket));
        Assert.Equal("\u0003" + Success, await ReadAsync(socket));
        Assert.Equal("(close 1000)", await ReadAsync(socket));
        var start = await asked.Task;
        Assert.Equal(("n", "default", "p", "c"), (start.Node, start.PodNamespace, start.PodName, start.Container));
        Assert.Equal(["sh", "-c", "ls"], start.Command);
        Assert.Equal((false, true, true, false), (start.Stdin, start.Stdout, start.Stderr, start.Tty));
    }

    [Fact]
    public async Task ExecV5_StdinAndItsEndAndSizes_ReachTheKubelet()
    {
        var got = new List<string>();
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            while (await inputs.MoveNext(default))
            {
                got.Add(inputs.Current.PartCase switch
                {
                    Protocol.V1.CommandInput.PartOneofCase.Resize => $"{inputs.Current.Resize.Width}x{inputs.Current.Resize.Height}",
                    Protocol.V1.CommandInput.PartOneofCase.Stdin => inputs.Current.Stdin.ToStringUtf8(),
                    var other => other.ToString(),
                });
                await outputs.WriteAsync(Stdout("."));
                if (inputs.Current.StdinClosed is not null) break;
            }
            await outputs.WriteAsync(Exit(0));
        };
        using var socket = await _rig.ConnectAsync($"{Pod}/exec?command=sh&stdin=true&stdout=true&tty=true", "v5.channel.k8s.io");
        await ReadAsync(socket);

        await SendAsync(socket, 4, "{\"Width\":80,\"Height\":24}\n");
        await ReadAsync(socket);
        await SendAsync(socket, 0, "typed");
        await ReadAsync(socket);
        await SendAsync(socket, 4, "{\"Height\":30,\"Width\":90}");
        await ReadAsync(socket);
        await SendAsync(socket, 255, "\0");
        await ReadAsync(socket);

        Assert.Equal("\u0003" + Success, await ReadAsync(socket));
        Assert.Equal(["80x24", "typed", "90x30", "StdinClosed"], got);
    }

    [Theory]
    [InlineData("v5.channel.k8s.io", "command terminated with exit code 3")]
    [InlineData("v4.channel.k8s.io", "error executing command [ls], exit code 3")]
    public async Task Exec_ExitCode_IsACauseOfTheStatus(string protocol, string told)
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            await outputs.WriteAsync(Exit(3));
        };

        using var socket = await _rig.ConnectAsync(Pod + AllOutput, protocol);
        await ReadAsync(socket);

        Assert.Equal(
            $$$"""{{{"\u0003"}}}{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: {{{told}}}","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""",
            await ReadAsync(socket));
    }

    [Theory]
    [InlineData("v5.channel.k8s.io", "Internal error occurred: Internal error occurred: no such program")]
    [InlineData("v4.channel.k8s.io", "Internal error occurred: no such program")]
    public async Task Exec_CommandThatCannotRun_IsAnInternalError(string protocol, string message)
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            await outputs.WriteAsync(new() { Result = new() { Failure = "no such program" } });
        };

        using var socket = await _rig.ConnectAsync(Pod + AllOutput, protocol);
        await ReadAsync(socket);
        var status = StatusOf(await ReadAsync(socket));

        Assert.Equal((message, "InternalError", 500), (status.Message, status.Reason, status.Code));
    }

    [Fact]
    public async Task ExecBase64_BothWays_IsText()
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            await inputs.MoveNext(default);
            await outputs.WriteAsync(Stdout(inputs.Current.Stdin.ToStringUtf8()));
            await outputs.WriteAsync(Exit(0));
        };
        using var socket = await _rig.ConnectAsync($"{Pod}/exec?command=cat&stdin=true&stdout=true", "v4.base64.channel.k8s.io");
        Assert.Equal("1", await ReadAsync(socket));

        await socket.SendAsync("0aGVsbG8="u8.ToArray(), WebSocketMessageType.Text, true, default);

        Assert.Equal("1aGVsbG8=", await ReadAsync(socket));
        Assert.Equal("3" + Convert.ToBase64String(Encoding.UTF8.GetBytes(Success)), await ReadAsync(socket));
    }

    [Fact]
    public async Task Exec_NoSubprotocol_TellsAFailureInAWordOnly()
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            await outputs.WriteAsync(Exit(3));
        };

        using var socket = await _rig.ConnectAsync(Pod + AllOutput);
        await ReadAsync(socket);

        Assert.Equal("\u0003command terminated with non-zero exit code: error executing command [ls], exit code 3", await ReadAsync(socket));
        Assert.Equal("(close 1000)", await ReadAsync(socket));
    }

    [Fact]
    public async Task Exec_UnknownSubprotocol_IsForbidden()
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v9.channel.k8s.io");
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri(_rig.Server.Url.Replace("http:", "ws:") + Pod + AllOutput), default));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    public static TheoryData<string, int, string> Refusals => new()
    {
        { $"{Pod}/exec?command=ls&stdout=true&container=x", 400, "container x is not valid for pod p" },
        { "/api/v1/namespaces/default/pods/pending/exec?command=ls&stdout=true", 400, "pod pending does not have a host assigned" },
        { "/api/v1/namespaces/default/pods/nope/exec?command=ls&stdout=true", 404, "pods \"nope\" not found" },
        { $"{Pod}/exec?command=ls", 400, "you must specify at least 1 of stdin, stdout, stderr" },
        { $"{Pod}/attach?stdout=true&container=x", 400, "container x is not valid for pod p" },
        { "/api/v1/namespaces/default/pods/pending/portforward", 400, "pod pending does not have a host assigned" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Upgrade_Refused_IsTheSameStatusForWebSocketAndSpdy(string path, int code, string message)
    {
        using var socket = await RawUpgrade.SendAsync(_rig.Server.Url, "GET", path,
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: v5.channel.k8s.io");
        using var spdy = await RawUpgrade.SpdyAsync(_rig.Server.Url, path, "v4.channel.k8s.io");

        Assert.Equal((code, code), (socket.Code, spdy.Code));
        Assert.Equal(socket.Body, spdy.Body);
        Assert.Equal(message, StatusOf("\u0003" + spdy.Body).Message);
    }

    [Theory]
    [InlineData("GET", "exec?command=ls&stdout=true")]
    [InlineData("POST", "attach?stdout=true")]
    [InlineData("GET", "portforward")]
    public async Task Request_WithoutUpgrade_IsABadRequest(string method, string rest)
    {
        var (code, body, _) = await _rig.Server.SendAsync(method, $"{Pod}/{rest}");

        Assert.Equal((400, "Upgrade request required"), (code, StatusOf("\u0003" + body).Message));
    }

    [Fact]
    public async Task Exec_KubeletRefuses_WebSocketLearnsItOnTheErrorChannelAndSpdyInPlaceOfTheUpgrade()
    {
        _rig.Kubelet.Command = (_, _, _) => throw new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, "container not found (\"c\")"));

        using var socket = await _rig.ConnectAsync(Pod + AllOutput, "v5.channel.k8s.io");
        await ReadAsync(socket);
        using var spdy = await RawUpgrade.SpdyAsync(_rig.Server.Url, Pod + AllOutput, "v4.channel.k8s.io");

        Assert.Equal("Internal error occurred: unable to upgrade connection: container not found (\"c\")", StatusOf(await ReadAsync(socket)).Message);
        Assert.Equal((500, "container not found (\"c\")\n"), (spdy.Code, spdy.Body));
    }

    [Fact]
    public async Task Exec_KubeletGoesAway_IsAnInternalError()
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "going down"));
        };

        using var socket = await _rig.ConnectAsync(Pod + AllOutput, "v5.channel.k8s.io");
        await ReadAsync(socket);

        Assert.Equal("Internal error occurred: Internal error occurred: going down", StatusOf(await ReadAsync(socket)).Message);
    }

    [Fact]
    public async Task Exec_ClientLeaves_TheKubeletsCallEnds()
    {
        var (begun, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        _rig.Kubelet.Command = async (inputs, outputs, context) =>
        {
            await AcceptAsync(inputs, outputs);
            context.CancellationToken.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
        };
        var socket = await _rig.ConnectAsync($"{Pod}/exec?command=cat&stdin=true&stdout=true", "v5.channel.k8s.io");
        await ReadAsync(socket);
        await begun.Task.OrMissing("the command");

        socket.Dispose();

        await ended.Task.OrMissing("the end of the kubelet's call");
    }

    [Fact]
    public async Task Exec_ClientReadsNothing_TheKubeletWaits()
    {
        long written = 0;
        var stalled = new TaskCompletionSource();
        _rig.Kubelet.Command = async (inputs, outputs, context) =>
        {
            await AcceptAsync(inputs, outputs);
            var piece = new Protocol.V1.CommandOutput { Stdout = ByteString.CopyFrom(new byte[32 << 10]) };
            while (true)
            {
                var write = outputs.WriteAsync(piece, context.CancellationToken);
                // A machine that stands still may hold up the first, too.
                if (await Task.WhenAny(write, Task.Delay(1000, context.CancellationToken)) != write && written > 0) stalled.TrySetResult();
                await write;
                written += piece.Stdout.Length;
            }
        };

        using var socket = await _rig.ConnectAsync(Pod + AllOutput, "v5.channel.k8s.io");
        await SendAsync(socket, 4, "{}");       // it is heard, all the same
        await stalled.Task.OrMissing("the moment when nothing more is taken");

        Assert.InRange(written, 1, 32 << 20);
    }

    [Fact]
    public async Task Exec_FourHoursOfSilence_Ends()
    {
        var time = new ManualTimeProvider();
        await using var rig = await StartAsync(time);
        var (begun, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Kubelet.Command = async (inputs, outputs, context) =>
        {
            await AcceptAsync(inputs, outputs);
            context.CancellationToken.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
        };
        using var socket = await rig.ConnectAsync(Pod + AllOutput, "v5.channel.k8s.io");
        var greeting = ReadAsync(socket);
        await PassUntilAsync(begun.Task, time);
        await greeting;

        time.Advance(TimeSpan.FromHours(4) - TimeSpan.FromSeconds(1));
        Assert.False(ended.Task.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await ended.Task.OrMissing("the end of the kubelet's call");
    }

    [Fact]
    public async Task Exec_ClientThatAnswersThePing_HasAMomentForItsStreams()
    {
        var time = new ManualTimeProvider();
        await using var rig = await StartAsync(time);
        rig.Kubelet.Command = EndAtOnceAsync;
        using var client = await UpgradeAsync(rig);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", client.Head);     // RFC 6455, 1.3
        Assert.Contains("Sec-WebSocket-Protocol: v5.channel.k8s.io", client.Head);
        var greeting = ReadGreetingAsync(client);
        time.Advance(TimeSpan.FromMilliseconds(500));
        await rig.Server.SendAsync("GET", Pod);
        Assert.False(greeting.IsCompleted);

        await client.Stream.WriteAsync(new byte[] { 0x8A, 0x80, 1, 2, 3, 4 });

        var waited = await PassUntilAsync(greeting, time);
        Assert.InRange(waited, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(499));
        Assert.Equal([0x82, 0x01, 0x01], await greeting);
    }

    [Fact]
    public async Task Exec_ClientThatDoesNotAnswerThePing_HasASecondAndTheMoment()
    {
        var time = new ManualTimeProvider();
        await using var rig = await StartAsync(time);
        rig.Kubelet.Command = EndAtOnceAsync;
        using var client = await UpgradeAsync(rig);
        var greeting = ReadGreetingAsync(client);
        foreach (var step in (int[])[500, 480])
        {
            time.Advance(TimeSpan.FromMilliseconds(step));
            await rig.Server.SendAsync("GET", Pod);
            Assert.False(greeting.IsCompleted);
        }

        Assert.True(await PassUntilAsync(greeting, time) >= TimeSpan.FromMilliseconds(40));
        Assert.Equal([0x82, 0x01, 0x01], await greeting);
    }

    [Fact]
    public async Task Exec_ClientLeavesBeforeItIsHeard_NothingIsStarted()
    {
        var (called, started) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        _rig.Kubelet.Command = async (inputs, _, _) =>
        {
            called.SetResult();
            try
            {
                started.TrySetResult(await inputs.MoveNext(default));
            }
            finally
            {
                started.TrySetResult(false);        // a call that is given up is not read to its end
            }
        };
        var client = await UpgradeAsync(_rig);
        await called.Task.OrMissing("the kubelet's call");      // else it may be given up before it is made

        client.Dispose();

        Assert.False(await started.Task.OrMissing("the end of the kubelet's call"));
    }

    [Fact]
    public async Task ExecSpdy_WholeSession_RunsOverItsStreams()
    {
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            await AcceptAsync(inputs, outputs);
            var all = "";
            while (await inputs.MoveNext(default) && inputs.Current.Stdin is { } bytes && inputs.Current.StdinClosed is null) all += bytes.ToStringUtf8();
            await outputs.WriteAsync(Stdout(all.ToUpperInvariant()));
            await outputs.WriteAsync(Exit(3));
        };

        using var upgrade = await RawUpgrade.SpdyAsync(_rig.Server.Url, $"{Pod}/exec?command=ls&stdin=true&stdout=true", "v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io");
        Assert.Equal(101, upgrade.Code);
        Assert.Contains("X-Stream-Protocol-Version: v4.channel.k8s.io", upgrade.Head);
        var peer = new SpdyPeer(upgrade.Stream);
        await peer.OpenAsync(1, ("streamtype", "error"));
        await peer.OpenAsync(3, ("streamtype", "stdin"));
        await peer.OpenAsync(5, ("streamtype", "stdout"));
        await peer.DataAsync(3, "typed");
        await peer.DataAsync(3, "", isLast: true);

        var (output, error) = ("", "");
        while (error.Length == 0 || !error.EndsWith('}'))
        {
            var (frame, content) = (await peer.ReadAsync())!.Value;
            if (frame.Control is not null) continue;
            if (frame.StreamId == 5) output += Encoding.UTF8.GetString(content);
            if (frame.StreamId == 1) error += Encoding.UTF8.GetString(content);
        }
        Assert.Equal("TYPED", output);
        Assert.Equal(("NonZeroExitCode", "3"), (StatusOf("\u0003" + error).Reason, StatusOf("\u0003" + error).Details.Causes[0].Message));
    }

    [Fact]
    public async Task Spdy_NoCommonProtocol_IsForbiddenAndSaysWhatIsSpoken()
    {
        using var upgrade = await RawUpgrade.SpdyAsync(_rig.Server.Url, Pod + AllOutput, "v9.channel.k8s.io");

        Assert.Equal(403, upgrade.Code);
        Assert.Contains("X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io", upgrade.Head);
    }

    [Fact]
    public async Task Attach_IsAskedWithoutACommand()
    {
        var asked = new TaskCompletionSource<Protocol.V1.CommandStart>();
        _rig.Kubelet.Command = async (inputs, outputs, _) =>
        {
            asked.SetResult(await AcceptAsync(inputs, outputs));
            await outputs.WriteAsync(Stdout("hello"));
            await outputs.WriteAsync(Exit(0));
        };

        using var socket = await _rig.ConnectAsync($"{Pod}/attach?stdout=true&stderr=true", "v5.channel.k8s.io");
        await ReadAsync(socket);

        Assert.Equal("\u0001hello", await ReadAsync(socket));
        Assert.Empty((await asked.Task).Command);
    }

    // A client that writes all of it by itself, after the ping.
    private static async Task<RawUpgrade> UpgradeAsync(StreamRig rig)
    {
        var client = await RawUpgrade.SendAsync(rig.Server.Url, "GET", Pod + AllOutput,
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: v5.channel.k8s.io");
        var ping = new byte[2];
        await client.Stream.ReadExactlyAsync(ping).AsTask().OrMissing("the ping");
        Assert.Equal([0x89, 0x00], ping);
        return client;
    }

    private static async Task<byte[]> ReadGreetingAsync(RawUpgrade client)
    {
        var frame = new byte[3];
        await client.Stream.ReadExactlyAsync(frame);
        return frame;
    }

    private static async Task EndAtOnceAsync(IAsyncStreamReader<Protocol.V1.CommandInput> inputs, IServerStreamWriter<Protocol.V1.CommandOutput> outputs, ServerCallContext context)
    {
        await AcceptAsync(inputs, outputs);
        await outputs.WriteAsync(Exit(1));
    }

    // By steps of a millisecond: when a wait begins, nothing tells. Gives what it took at most.
    private static async Task<TimeSpan> PassUntilAsync(Task awaited, ManualTimeProvider time)
    {
        var began = time.GetTimestamp();
        await Patience.UntilAsync(
            () =>
            {
                if (!awaited.IsCompleted) time.Advance(TimeSpan.FromMilliseconds(1));
                return awaited.IsCompleted;
            },
            "what a client is given time for");
        return time.GetElapsedTime(began);
    }

    private static Protocol.Meta.V1.Status StatusOf(string message) => JsonCodec.Decode<Protocol.Meta.V1.Status>(Encoding.UTF8.GetBytes(message[1..]));
}
