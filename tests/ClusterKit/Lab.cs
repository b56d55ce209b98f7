using System.Diagnostics;
using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ClusterKit;

/// <summary>A cluster of real processes, started with <c>mk8s up --ports auto</c> in a folder of its own, stopped and cleared away at the end.</summary>
public sealed class Lab : IAsyncDisposable
{
    private readonly Process _supervisor;
    private readonly ApiServerConnection _connection;

    private Lab(string folder, Process supervisor)
    {
        (Folder, _supervisor) = (folder, supervisor);
        _connection = new ApiServerConnection(KubeConfig.Load(Kubeconfig));
        Api = new ApiClient(_connection.CreateCallInvoker(), new ApiClientOptions(), TimeProvider.System);
    }

    public string Folder { get; }

    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    /// <summary>The apiserver, over gRPC, as the cluster's administrator.</summary>
    public IApiClient Api { get; }

    /// <summary>The process that keeps the others running.</summary>
    public int SupervisorPid => _supervisor.Id;

    /// <summary>Starts a lab and returns when a Pod could run.</summary>
    public static Task<Lab> StartAsync(string? folder = null, params string[] arguments) => StartWithAsync(new Dictionary<string, string>(), folder, arguments);

    /// <summary>Starts a lab with settings of its processes that <c>mk8s up</c> has no flags for, and returns when a Pod could run.</summary>
    /// <param name="settings">By variable: <c>MINIK8S_NODE_MONITOR_PERIOD</c>.</param>
    /// <param name="folder">The lab's; null: a new one.</param>
    /// <param name="arguments">Of <c>mk8s up</c>.</param>
    public static async Task<Lab> StartWithAsync(IReadOnlyDictionary<string, string> settings, string? folder = null, params string[] arguments)
    {
        folder ??= Directory.CreateTempSubdirectory("mk8s-test-").FullName;
        var supervisor = Start(["up", "--data", folder, "--ports", "auto", .. arguments], settings);
        var errors = supervisor.StandardError.ReadToEndAsync();
        _ = supervisor.StandardOutput.ReadToEndAsync();
        while (State(folder) is not { } state || !state.RootElement.GetProperty("ready").GetBoolean())
        {
            if (supervisor.HasExited) throw new InvalidOperationException($"mk8s up ended with {supervisor.ExitCode}: {await errors}");
            await Task.Delay(20);
        }
        var lab = new Lab(folder, supervisor);
        await Eventually.TrueAsync(lab.AnswersAsync, "the apiserver answers its administrator");
        return lab;
    }

    // The first connection of a process takes the longest: on a busy machine longer than a client waits for one.
    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Api.Resource<Namespace>().GetAsync("", "default", CancellationToken.None);
            return true;
        }
        catch (ApiException refusal) when (refusal.Status.Code is 503 or 504)
        {
            return false;
        }
    }

    /// <summary>Runs kubectl against this lab.</summary>
    public Task<CommandResult> KubectlAsync(params string[] arguments) => Command.RunAsync("kubectl", ["--kubeconfig", Kubeconfig, .. arguments]);

    /// <summary>Runs kubectl with text on its standard input.</summary>
    public Task<CommandResult> KubectlWithInputAsync(string input, params string[] arguments) =>
        Command.RunAsync("kubectl", ["--kubeconfig", Kubeconfig, .. arguments], input);

    /// <summary>Runs kubectl; throws, with its words, when it fails.</summary>
    public async Task<string> KubectlOkAsync(params string[] arguments)
    {
        var result = await KubectlAsync(arguments);
        return result.ExitCode == 0 ? result.Output
            : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}");
    }

    /// <summary>Every process of the lab by its name.</summary>
    public IReadOnlyDictionary<string, int> Pids() =>
        State(Folder)!.RootElement.GetProperty("processes").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("pid").GetInt32());

    public int PortOf(string process, string flag) =>
        State(Folder)!.RootElement.GetProperty("processes").EnumerateArray()
            .First(p => p.GetProperty("name").GetString() == process).GetProperty("ports").GetProperty(flag).GetInt32();

    /// <summary>kill -9 of one process; returns once the supervisor has started it again.</summary>
    public async Task KillAsync(string process)
    {
        var before = Pids()[process];
        using (var victim = Process.GetProcessById(before)) victim.Kill();
        await Eventually.TrueAsync(() => Pids()[process] != before, $"{process} is started again");
    }

    /// <summary>Stops the supervisor the hard way; its children must notice.</summary>
    public void KillSupervisor() => _supervisor.Kill();

    public string LogOf(string process) => File.ReadAllText(Path.Combine(Folder, "logs", $"{process}.log"));

    /// <summary>Stops the lab as <c>mk8s down</c> does; its data stays.</summary>
    public Task<CommandResult> DownAsync() => Command.RunAsync("dotnet", [Program, "down", "--data", Folder]);

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        if (!_supervisor.HasExited)
        {
            await DownAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _supervisor.WaitForExitAsync(patience.Token);
        }
        _supervisor.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The lab's program, built with the tests.</summary>
    public static string Program => Path.Combine(Repository.Root, "src", "Lab", "bin", Repository.Configuration, "net10.0", "mk8s.dll");

    private static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    // The file is replaced in one step, so what is there can be read; it may be absent.
    private static JsonDocument? State(string folder)
    {
        var file = Path.Combine(folder, "lab.json");
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllText(file)) : null;
    }
}
