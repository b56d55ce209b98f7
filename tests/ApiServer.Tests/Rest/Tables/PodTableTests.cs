using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Tables;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Tables;

/// <summary>Rows as `kubectl get pods -o wide` prints them; the inputs are statuses as kubelets write them.</summary>
public sealed class PodTableTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private const string Waiting = """{"name":"c","state":{"waiting":{"reason":"ContainerCreating"}}}""";
    private const string Running = """{"name":"c","ready":true,"state":{"running":{}}}""";
    private const string Unready = """{"name":"c","ready":false,"state":{"running":{}}}""";
    private const string Completed = """{"name":"c","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}""";
    private const string Killed = """{"name":"c","state":{"terminated":{"exitCode":137,"signal":9}}}""";
    private const string Failed3 = """{"name":"c","state":{"terminated":{"exitCode":3}}}""";
    private const string Crashing = """{"name":"c","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2030-01-01T11:59:40Z"}}}""";

    [Theory]
    [InlineData("""{"phase":"Pending"}""", "0/1", "Pending", "0")]
    [InlineData("""{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}""", "0/1", "SchedulingGated", "0")]
    [InlineData("""{"phase":"Pending","containerStatuses":[""" + Waiting + "]}", "0/1", "ContainerCreating", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[""" + Running + "]}", "1/1", "Running", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[""" + Unready + "]}", "0/1", "Running", "0")]
    [InlineData("""{"phase":"Running","containerStatuses":[""" + Crashing + "]}", "0/1", "CrashLoopBackOff", "3 (20s ago)")]
    [InlineData("""{"phase":"Succeeded","containerStatuses":[""" + Completed + "]}", "0/1", "Completed", "0")]
    [InlineData("""{"phase":"Failed","containerStatuses":[""" + Killed + "]}", "0/1", "Signal:9", "0")]
    [InlineData("""{"phase":"Failed","containerStatuses":[""" + Failed3 + "]}", "0/1", "ExitCode:3", "0")]
    [InlineData("""{"phase":"Failed","reason":"Evicted"}""", "0/1", "Evicted", "0")]
    public void Row_OneContainer_ShowsItsState(string status, string ready, string expected, string restarts)
    {
        var cells = Cells(Pod("""{"containers":[{"name":"c"}]}""", status));

        Assert.Equal([ready, expected, restarts], cells[1..4]);
    }

    [Theory]
    [InlineData(Crashing, Running, "1/2", "CrashLoopBackOff")]
    [InlineData(Completed, Running, "1/2", "NotReady")]
    [InlineData(Killed, Failed3, "0/2", "Signal:9")]
    [InlineData(Failed3, Killed, "0/2", "ExitCode:3")]
    public void Row_TwoContainers_ShowsTheFirstInTrouble(string first, string second, string ready, string expected)
    {
        var pod = Pod("""{"containers":[{"name":"c"},{"name":"d"}]}""", $$"""{"phase":"Running","containerStatuses":[{{first}},{{second}}]}""");

        Assert.Equal([ready, expected], Cells(pod)[1..3]);
    }

    [Fact]
    public void Row_OneCompletedOfAReadyPod_IsRunning()
    {
        var pod = Pod(
            """{"containers":[{"name":"c"},{"name":"d"}]}""",
            $$$$"""{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{{{{Completed}}}},{{{{Running}}}}]}""");

        Assert.Equal(["1/2", "Running"], Cells(pod)[1..3]);
    }

    [Theory]
    [InlineData("""{"name":"i","state":{"waiting":{"reason":"PodInitializing"}}}""", "Init:0/2", "0")]
    [InlineData("""{"name":"i","state":{"running":{}}}""", "Init:0/2", "0")]
    [InlineData("""{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","state":{"running":{}}}""", "Init:1/2", "0")]
    [InlineData("""{"name":"i","state":{"terminated":{"exitCode":1,"reason":"Error"}}}""", "Init:Error", "0")]
    [InlineData("""{"name":"i","state":{"terminated":{"exitCode":1}}}""", "Init:ExitCode:1", "0")]
    [InlineData("""{"name":"i","state":{"terminated":{"exitCode":137,"signal":9}}}""", "Init:Signal:9", "0")]
    [InlineData("""{"name":"i","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}""", "Init:CrashLoopBackOff", "2")]
    [InlineData("""{"name":"i","state":{"waiting":{"reason":"ImagePullBackOff"}}}""", "Init:ImagePullBackOff", "0")]
    public void Row_WhileInitializing_ShowsTheInitContainer(string initStatuses, string expected, string restarts)
    {
        var pod = Pod(
            """{"initContainers":[{"name":"i"},{"name":"j"}],"containers":[{"name":"c"}]}""",
            $$$$"""{"phase":"Pending","initContainerStatuses":[{{{{initStatuses}}}}],"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"PodInitializing"}}}]}""");

        Assert.Equal(["0/1", expected, restarts], Cells(pod)[1..4]);
    }

    [Fact]
    public void Row_InitContainersDone_ForgetsTheirRestarts()
    {
        var pod = Pod(
            """{"initContainers":[{"name":"i"}],"containers":[{"name":"c"}]}""",
            $$$$"""{"phase":"Running","initContainerStatuses":[{"name":"i","restartCount":5,"state":{"terminated":{"exitCode":0}}}],"containerStatuses":[{{{{Running}}}}]}""");

        Assert.Equal(["1/1", "Running", "0"], Cells(pod)[1..4]);
    }

    [Fact]
    public void Row_StartedSidecar_CountsAsContainer()
    {
        var pod = Pod(
            """{"initContainers":[{"name":"s","restartPolicy":"Always"}],"containers":[{"name":"c"}]}""",
            $$$$"""{"phase":"Running","initContainerStatuses":[{"name":"s","restartCount":1,"started":true,"ready":true,"state":{"running":{}},"lastState":{"terminated":{"exitCode":1,"finishedAt":"2030-01-01T11:00:00Z"}}}],"containerStatuses":[{{{{Running}}}}]}""");

        Assert.Equal(["2/2", "Running", "1 (60m ago)"], Cells(pod)[1..4]);
    }

    [Theory]
    [InlineData("""{"phase":"Running"}""", "Terminating")]
    [InlineData("""{"phase":"Running","reason":"NodeLost"}""", "Unknown")]
    [InlineData("""{"phase":"Succeeded","containerStatuses":[""" + Completed + "]}", "Completed")]
    public void Row_BeingDeleted_SaysSoUntilItIsFinished(string status, string expected)
    {
        var pod = Pod("""{"containers":[{"name":"c"}]}""", status);
        pod.Metadata.DeletionTimestamp = Timestamp.FromDateTimeOffset(Now);

        Assert.Equal(expected, Cells(pod)[2]);
    }

    [Fact]
    public void Row_Wide_ShowsWhereItIs()
    {
        var pod = Pod(
            """{"containers":[{"name":"c"}],"nodeName":"node-1","readinessGates":[{"conditionType":"a"},{"conditionType":"b"}]}""",
            """{"phase":"Running","podIPs":[{"ip":"10.1.2.3"}],"nominatedNodeName":"node-2","conditions":[{"type":"b","status":"True"}]}""");

        Assert.Equal(["p", "0/1", "Running", "0", "5m", "10.1.2.3", "node-1", "node-2", "1/2"], Cells(pod));
    }

    [Fact]
    public void Row_NothingKnown_ShowsNone() =>
        Assert.Equal(["p", "0/1", "", "0", "5m", "<none>", "<none>", "<none>", "<none>"], Cells(Pod("""{"containers":[{"name":"c"}]}""", "{}")));

    [Theory]
    [InlineData("Succeeded", "The pod has completed successfully.")]
    [InlineData("Failed", "The pod failed.")]
    public void Row_Finished_CarriesTheCondition(string phase, string message) =>
        Assert.Equal(new RowCompletion(phase, message), Row(Pod("{}", $$"""{"phase":"{{phase}}"}""")).Completed);

    private static object[] Cells(Pod pod) => [.. Row(pod).Cells];

    private static TableRow Row(Pod pod) => KindTables.Of(Protocol.Core.V1.Pod.Descriptor).Row(pod, Now);

    private static Pod Pod(string spec, string status) => JsonCodec.Decode<Pod>(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"metadata":{"name":"p","creationTimestamp":"2030-01-01T11:55:00Z"},"spec":{{spec}},"status":{{status}}}"""));
}
