using System.Text.Json;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>The README's grpcurl lines, by two clients nobody here wrote: list, describe and Watch on the plaintext port, by reflection alone.</summary>
[Collection("lab")]
public sealed class GrpcClientsTests(SharedLab shared)
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Clients = RequiredTool.FindFolder("tests/Hosting.Tests/clients/")!;

    [RequiresToolFact("node", "tests/Hosting.Tests/clients/node_modules/")]
    public Task NodeClient_ListDescribeWatch_ShowThePod() => ListDescribeWatchAsync("node", "pods.cjs");

    [RequiresToolFact(Python + ":grpc")]
    public Task PythonClient_ListDescribeWatch_ShowThePod() => ListDescribeWatchAsync(Python, "pods.py");

    private async Task ListDescribeWatchAsync(string program, string script)
    {
        var ns = await shared.NewNamespaceAsync();
        await shared.Lab.Api.CreatePodAsync(A.Pod(ns, "web"));

        var run = await Command.RunAsync(program, [Path.Combine(Clients, script), $"127.0.0.1:{shared.Lab.PortOf("apiserver", "insecure-grpc-port")}", ns]);

        Assert.True(run.ExitCode == 0, run.Error);
        var shown = JsonDocument.Parse(run.Output).RootElement;
        Assert.Contains("minik8s.v1.Pods", Strings(shown.GetProperty("services")));
        Assert.Contains("grpc.health.v1.Health", Strings(shown.GetProperty("services")));
        Assert.Equal(["Create", "Get", "List", "Watch", "Update", "UpdateStatus", "Patch", "Delete", "DeleteCollection", "Bind", "Evict"], Strings(shown.GetProperty("methods")));
        var change = shown.GetProperty("event");
        Assert.Equal("ADDED", change.GetProperty("type").GetString());
        Assert.Equal("web", change.GetProperty("object").GetProperty("metadata").GetProperty("name").GetString());
    }

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(e => e.GetString()!);
}
