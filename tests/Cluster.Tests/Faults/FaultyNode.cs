using System.Diagnostics;
using System.Text;

using MiniK8s.Client.Connection;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>One kubelet beside those of a lab, a process of its own that the test starts, lets die and starts again on the same state.</summary>
internal sealed class FaultyNode : IAsyncDisposable
{
    private const int Killed = 137;

    private readonly Lab _lab;
    private readonly string _folder;
    private readonly string _nodes;
    private readonly string _kubeconfig;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private Task _output = Task.CompletedTask;

    private FaultyNode(Lab lab, string name, string nodes, string kubeconfig)
    {
        (_lab, Name, _nodes, _kubeconfig) = (lab, name, nodes, kubeconfig);
        _folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "faults", name)).FullName;
    }

    public string Name { get; }

    /// <summary>Gives these nodes identities in the lab.</summary>
    public static async Task EnrolAsync(Lab lab, IEnumerable<string> names)
    {
        string[] arguments = [Lab.Program, "certs", "--dir", Pki(lab), "--server", ServerOf(lab).ToString(), .. names.SelectMany(name => (string[])["--node", name])];
        var made = await Command.RunAsync("dotnet", arguments);
        if (made.ExitCode != 0) throw new InvalidOperationException(made.Error);
    }

    /// <summary>A node that <see cref="EnrolAsync"/> knows.</summary>
    /// <param name="lab">Its cluster.</param>
    /// <param name="name">Its name.</param>
    /// <param name="through">A wire to the apiserver; null: straight there.</param>
    public static FaultyNode Of(Lab lab, string name, CutProxy? through = null)
    {
        var kubeconfig = Path.Combine(Pki(lab), $"kubelet-{name}.kubeconfig");
        if (through is null) return new FaultyNode(lab, name, name, kubeconfig);
        var text = File.ReadAllText(kubeconfig).Replace($":{ServerOf(lab).Port}", $":{through.Port}", StringComparison.Ordinal);
        var wired = Path.Combine(Pki(lab), $"kubelet-{name}-wired.kubeconfig");
        File.WriteAllText(wired, text);
        return new FaultyNode(lab, name, name, wired);
    }

    /// <summary>Many nodes in one process, which speaks to the apiserver as the cluster's administrator: no certificate is for many nodes.</summary>
    public static FaultyNode Of(Lab lab, string name, IEnumerable<string> nodes) => new(lab, name, string.Join(',', nodes), lab.Kubeconfig);

    /// <summary>What goes wrong in it is told together with what the kubelet had to say.</summary>
    public async Task TellingAsync(Func<Task> story)
    {
        try
        {
            await story();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message} The log of {Name}: {Log}", exception);
        }
    }

    public static Uri ServerOf(Lab lab) => KubeConfig.Load(lab.Kubeconfig).Server;

    /// <summary>The path of a file in the node's folder.</summary>
    public string FileOf(string name) => Path.Combine(_folder, name);

    public void Start(params string[] faults)
    {
        string[] arguments =
        [
            Program, "--nodes", _nodes, "--kubeconfig", _kubeconfig, "--port", "0", "--ports-file", FileOf("ports.json"), "--exit-on-stdin-close",
            "--state-dir", FileOf("state"), "--calls-file", FileOf("calls"),
            "--tls-cert-file", Path.Combine(Pki(_lab), $"{Identity}.crt"), "--tls-private-key-file", Path.Combine(Pki(_lab), $"{Identity}.key"),
            "--client-ca-file", Path.Combine(Pki(_lab), "ca.crt"),
            .. faults,
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _output = Task.WhenAll(KeepAsync(_process.StandardOutput), KeepAsync(_process.StandardError));
    }

    /// <summary>Returns once the process has died the death that was planned for it.</summary>
    public async Task DiedAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} lives on, so the moment of its death has not come. Its log: {Log}");
        }
        Assert.True(_process.ExitCode == Killed, $"{Name} ended with {_process.ExitCode}: {Log}");
        await _output;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await DiedAsync();
    }

    /// <summary>How often a container of the pod was started, over all lives of the kubelet.</summary>
    public int Starts(string uid, string container) => Notes.Count(note => note.StartsWith($"start {uid} {container} ", StringComparison.Ordinal));

    /// <summary>Whether no instance of any container was started twice.</summary>
    public bool StartsAreUnique() => Notes.Where(note => note.StartsWith("start ", StringComparison.Ordinal)).GroupBy(note => note).All(same => same.Count() == 1);

    /// <summary>Whether the program of tests/KubeletFaults has written this line.</summary>
    public bool HasNoted(string note) => Notes.Contains(note);

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process) return;
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        await _output;
        process.Dispose();
    }

    /// <summary>When the last stop of that container began, and how long the runtime was to wait before the kill.</summary>
    public (DateTimeOffset Began, TimeSpan Grace) LastStop(string uid, string container)
    {
        var words = Notes.Last(note => note.StartsWith($"grace {uid} {container} ", StringComparison.Ordinal)).Split(' ');
        return (DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(words[3])), TimeSpan.FromMilliseconds(long.Parse(words[4])));
    }

    /// <summary>Whether it has written both lines, in this order.</summary>
    public bool CameBefore(string first, string second)
    {
        var (one, other) = (Array.IndexOf(Notes, first), Array.IndexOf(Notes, second));
        return one >= 0 && other > one;
    }

    private string[] Notes => File.Exists(FileOf("calls")) ? File.ReadAllLines(FileOf("calls")) : [];

    private static string Pki(Lab lab) => Path.Combine(lab.Folder, "pki");

    private string Identity => $"kubelet-{Name}";

    private static string Program => Path.Combine(Repository.Root, "tests", "KubeletFaults", "bin", Repository.Configuration, "net10.0", "MiniK8s.KubeletFaults.dll");

    private async Task KeepAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log) _log.AppendLine(line);
        }
    }
}
