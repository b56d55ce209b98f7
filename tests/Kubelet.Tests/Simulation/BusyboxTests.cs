using System.Diagnostics;
using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>
/// The simulated shell beside the one it stands for: every script of <c>Busybox/*.txt</c> is run by Debian's busybox in an empty directory and by the
/// simulation in an empty container, and both must print and end the same. A script begins with a line <c>=== its name</c>.
/// </summary>
public sealed class BusyboxTests(BusyboxApplets applets) : IClassFixture<BusyboxApplets>
{
    private const string Image = "busybox:1.36";

    public static TheoryData<string> Files => [.. ScriptCorpus.Busybox.Files];

    [RequiresToolTheory("busybox")]
    [MemberData(nameof(Files))]
    public async Task Script_UnderBoth_EndsTheSame(string file)
    {
        var (real, simulated) = (new StringBuilder(), new StringBuilder());
        await using var host = new SimulationHost(new SimulationOptions(), TimeProvider.System);
        var runtime = host.AddNode("node1", "172.18.0.2", AddressPool.CidrOf(1)).Runtime;
        await runtime.PullImageAsync(Image, null, new Dictionary<string, string>(), default);
        var sandbox = await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "pod", Namespace = "default", Uid = "1", Hostname = "pod" }, default);
        foreach (var (name, script) in ScriptCorpus.Busybox.Of(file))
        {
            var expected = await applets.RunAsync(script);
            var actual = await SimulateAsync(runtime, sandbox, name, script);
            // Some sleep a twentieth of a second so that one thing comes after another; a machine that stopped meanwhile gets a second chance.
            if (expected != actual) (expected, actual) = (await applets.RunAsync(script), await SimulateAsync(runtime, sandbox, $"{name}, again", script));
            if (expected == actual) continue;
            real.Append(Show(name, script, expected));
            simulated.Append(Show(name, script, actual));
        }

        Assert.True(real.Length == 0, $"busybox:\n{real}\nthe simulation:\n{simulated}");
    }

    [Fact]
    public void Scripts_InAllFiles_AreManyAndNamedOnce()
    {
        var names = ScriptCorpus.Busybox.Files.SelectMany(f => ScriptCorpus.Busybox.Of(f).Select(s => $"{f}: {s.Name}")).ToList();

        Assert.True(names.Count >= 300, $"{names.Count} scripts");
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    // On the system's clock, as busybox: what sleeps in one sleeps in the other.
    private static async Task<Outcome> SimulateAsync(IContainerRuntime runtime, string sandbox, string name, string script)
    {
        var id = await runtime.CreateContainerAsync(sandbox, new ContainerConfig { Name = name, Image = Image, Command = ["sleep", "infinity"], WorkingDir = "/work" }, default);
        await runtime.StartContainerAsync(id, default);
        var result = await runtime.ExecSyncAsync(id, ["sh", "-c", script], TimeSpan.Zero, default).OrMissing($"the end of: {script}");
        await runtime.StopContainerAsync(id, TimeSpan.Zero, default);
        return new Outcome(result.Stdout, result.Stderr, result.ExitCode);
    }

    private static string Show(string name, string script, Outcome outcome) =>
        $"=== {name}\n{script}\n--- prints\n{outcome.Stdout}--- complains\n{outcome.Stderr}--- ends with {outcome.ExitCode}\n\n";
}

/// <summary>What a script printed and how it ended.</summary>
public sealed record Outcome(string Stdout, string Stderr, int ExitCode);

/// <summary>A directory with busybox under the name of each of its applets, and a way to run a script with nothing else on the path.</summary>
public sealed class BusyboxApplets : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("busybox-").FullName;
    private readonly Lazy<string> _bin;
    private int _scripts;

    public BusyboxApplets() => _bin = new Lazy<string>(Install);

    public async Task<Outcome> RunAsync(string script)
    {
        var work = Directory.CreateDirectory(Path.Combine(_root, $"w{++_scripts}")).FullName;
        // .NET ignores SIGPIPE, nohup SIGHUP, and what they start would too: yes would not end when nobody reads it any more.
        string[] environment = ["--default-signal=PIPE,HUP", "-i", $"PATH={_bin.Value}", "HOME=/root", "HOSTNAME=here"];
        var start = new ProcessStartInfo("env", [.. environment, "sh", "-c", script])
        {
            WorkingDirectory = work, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (stdout, stderr) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().OrMissing($"the end of: {script}");
        return new Outcome(await stdout, await stderr, process.ExitCode);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Install()
    {
        var bin = Directory.CreateDirectory(Path.Combine(_root, "bin")).FullName;
        using var install = Process.Start("busybox", ["--install", "-s", bin]);
        install.WaitForExit();
        return bin;
    }
}
