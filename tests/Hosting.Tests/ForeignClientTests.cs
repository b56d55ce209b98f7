using System.Diagnostics;
using System.Text.Json;

namespace MiniK8s.Hosting.Tests;

/// <summary>Clients written by others find, describe and call our services by reflection alone. `npm install` in clients/ provides the first.</summary>
public sealed class ForeignClientTests(RunningProcess process) : IClassFixture<RunningProcess>
{
    private const string Services =
        "[\"etcdserverpb.Lease\",\"grpc.health.v1.Health\",\"grpc.reflection.v1.ServerReflection\",\"grpc.reflection.v1alpha.ServerReflection\"]";

    private const string LeaseMethods = "[\"LeaseGrant\",\"LeaseRevoke\",\"LeaseKeepAlive\",\"LeaseTimeToLive\",\"LeaseLeases\"]";

    private const string Python = "/usr/bin/python3";

    private static readonly string Clients = RequiredTool.FindFolder("clients/")!;

    [RequiresToolTheory("node", "clients/node_modules/")]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task NodeClient_ByReflectionAlone_CallsEveryKindOfMethod(string version)
    {
        var result = await RunAsync("node", "reflect.cjs", version);

        Assert.Equal(Services, Raw(result, "services"));
        Assert.Equal(LeaseMethods, Raw(result, "leaseMethods"));
        Assert.Contains("symbol not found: no.Such", Raw(result, "refused"), StringComparison.Ordinal);
        Assert.Equal("""{"status":"SERVING"}""", Raw(result, "check"));
        Assert.Equal("""{"code":5,"details":"unknown service nobody"}""", Raw(result, "unknown"));
        Assert.Equal("""{"status":"SERVING"}""", Raw(result, "watch"));
        Assert.Equal(("13", "4"), (Raw(result, "grantCode"), Raw(result, "deadlineCode")));
    }

    [RequiresToolTheory(Python + ":grpc")]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task PythonClient_ByReflectionAlone_CallsEveryKindOfMethod(string version)
    {
        var result = await RunAsync(Python, "reflect.py", version);

        Assert.Equal(Services, Raw(result, "services"));
        Assert.Equal(LeaseMethods, Raw(result, "leaseMethods"));
        Assert.Equal("""[5,"symbol not found: no.Such"]""", Raw(result, "refused"));
        Assert.Equal(("1", "1"), (Raw(result, "check"), Raw(result, "watch")));
        Assert.Equal("""["NOT_FOUND","unknown service nobody"]""", Raw(result, "unknown"));
        Assert.Equal("\"DEADLINE_EXCEEDED\"", Raw(result, "deadline"));
    }

    private static string Raw(JsonElement result, string name) => JsonSerializer.Serialize(result.GetProperty(name));

    private async Task<JsonElement> RunAsync(string program, string script, string version)
    {
        using var client = Process.Start(new ProcessStartInfo(program, [Path.Combine(Clients, script), $"127.0.0.1:{process.GrpcPort}", version])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = client.StandardOutput.ReadToEndAsync();
        var errors = client.StandardError.ReadToEndAsync();
        await client.WaitForExitAsync().OrMissing($"the end of {script}");
        Assert.True(client.ExitCode == 0, $"{script} ended with {client.ExitCode}: {await errors}");
        return JsonDocument.Parse(await output).RootElement;
    }
}
