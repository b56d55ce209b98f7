using System.Globalization;
using System.Text.Json;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A scheduler beside the lab's own, for the pods that ask for it by name; several instances of one name may run.</summary>
internal sealed class FaultyScheduler : FaultyProcess
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly string _scheduler;
    private readonly string _kubeconfig;

    /// <param name="lab">Its cluster.</param>
    /// <param name="scheduler">The pods' schedulerName, and the name of the lease.</param>
    /// <param name="instance">Which of several; with it they differ in the election.</param>
    /// <param name="through">A wire to the apiserver; null: straight there.</param>
    public FaultyScheduler(Lab lab, string scheduler, string instance, CutProxy? through = null)
        : base(lab, $"{scheduler}-{instance}", "SchedulerFaults")
    {
        _scheduler = scheduler;
        _kubeconfig = Path.Combine(Pki(lab), "scheduler.kubeconfig");
        if (through is null) return;
        var wired = FileOf("kubeconfig");
        File.WriteAllText(wired, File.ReadAllText(_kubeconfig).Replace($":{FaultyNode.ServerOf(lab).Port}", $":{through.Port}", StringComparison.Ordinal));
        _kubeconfig = wired;
    }

    public string FreezeFile => FileOf("frozen");

    /// <summary>The bindings that the apiserver has taken from it, each as pod uid and node.</summary>
    public IReadOnlyList<(string Uid, string Node)> Bound => [.. Bindings("ok")];

    /// <summary>Returns once it has heard that so many of its bindings were taken: the pod may run a moment before.</summary>
    public Task UntilBoundAsync(int count) => Eventually.TrueAsync(() => Bound.Count >= count, $"{Name} knows of {count} bindings");

    /// <summary>How many of its bindings were refused because the pod has a node already.</summary>
    public int Refused => Bindings("409").Count();

    /// <summary>How many of its bindings the wire broke under: taken or not, it does not know.</summary>
    public int Unknown => Bindings("503").Count() + Bindings("504").Count();

    /// <summary>How many of its bindings were taken and it was not told.</summary>
    public int Lost => Notes.Count(note => note.StartsWith("lost ", StringComparison.Ordinal));

    /// <summary>Starts it as one of several that are candidates.</summary>
    public void StartElected(params string[] faults) => StartProcess(
        [.. Common, "--leader-elect-resource-name", _scheduler, "--leader-elect-identity", Name, .. faults]);

    /// <summary>Starts it as if it were the only one.</summary>
    public void StartAlone(params string[] faults) => StartProcess([.. Common, "--leader-elect=false", .. faults]);

    /// <summary>Returns once its watches are complete, whether it leads or stands by.</summary>
    public Task UntilReadyAsync() => TellingAsync(() => Eventually.TrueAsync(IsReadyAsync, $"{Name} is ready"));

    public async Task<bool> IsReadyAsync() => await PageAsync("healthz") == "ok";

    /// <summary>Whether it says that it leads.</summary>
    public async Task<bool> SaysItLeadsAsync()
    {
        var page = await PageAsync("metrics") ?? "";
        Assert.Contains($"leader_election_master_status{{name=\"{_scheduler}\"}} ", page);
        return page.Contains($"leader_election_master_status{{name=\"{_scheduler}\"}} 1\n", StringComparison.Ordinal);
    }

    /// <summary>Returns once it says so too: the lease bears its name a moment before.</summary>
    public Task UntilSaysItLeadsAsync() => Eventually.TrueAsync(SaysItLeadsAsync, $"{Name} says that it leads");

    /// <summary>How many pods it would schedule if it were its turn.</summary>
    public async Task<int> WaitingAsync()
    {
        const string Active = "scheduler_pending_pods{queue=\"active\"} ";
        var line = (await PageAsync("metrics") ?? "").Split('\n').FirstOrDefault(line => line.StartsWith(Active, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[Active.Length..]);
    }

    /// <summary>When it said that it leads no longer.</summary>
    public DateTimeOffset LostAt() => DateTimeOffset.Parse(
        Log.Split('\n').First(line => line.Contains("leaderelection lost", StringComparison.Ordinal)).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>From now on it hears nothing; it was started with <c>--freeze-file</c>.</summary>
    public void Freeze() => File.WriteAllText(FreezeFile, "");

    /// <summary>It hears what has happened meanwhile, and whatever happens.</summary>
    public void Thaw() => File.Delete(FreezeFile);

    private string[] Common => ["--scheduler-name", _scheduler, "--kubeconfig", _kubeconfig, "--grpc-port", "0"];

    private IEnumerable<(string Uid, string Node)> Bindings(string outcome) =>
        from note in Notes
        let words = note.Split(' ')
        where words[0] == "bind" && words[3] == outcome
        select (words[1], words[2]);

    // Null while it does not answer.
    private async Task<string?> PageAsync(string page)
    {
        try
        {
            var ports = JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(FileOf("ports.json")))!;
            return await Http.GetStringAsync(new Uri($"http://127.0.0.1:{ports["port"]}/{page}"));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or JsonException)
        {
            return null;
        }
    }
}
