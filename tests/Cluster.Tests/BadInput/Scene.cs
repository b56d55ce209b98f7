using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests.BadInput;

/// <summary>One applied manifest, and what somebody looks at afterwards.</summary>
public sealed class Scene(Lab lab, string ns, string pod, WatchRecording<Pod> watch)
{
    public Lab Lab => lab;

    public string Namespace => ns;

    public string Name => pod;

    /// <summary>Every state of the Pod so far.</summary>
    public IEnumerable<Pod> States => watch.Changes.Select(change => change.Object);

    /// <summary>The first state that fits, passed or still to come.</summary>
    public async Task<Pod> SeeAsync(Func<Pod, bool> fits, string what) => (await watch.UntilAsync(change => fits(change.Object), $"pod {ns}/{pod} {what}"))[^1].Object;

    public Task<Pod> SeeReadyAsync() => SeeAsync(p => p.Condition("Ready") == "True", "is Ready");

    /// <summary>The line of <c>kubectl get pod</c>; STATUS and RESTARTS are patterns.</summary>
    public Task RowAsync(string ready, string status, string restarts = "0") => Eventually.GetAsync(
        async () => (string?)await lab.KubectlOkAsync("get", "pod", pod, "-n", ns, "--no-headers"),
        row => Regex.IsMatch(row, $@"^{pod} +{ready} +({status}) +({restarts})( \(\d+s ago\))? +\S+\n$"), $"{pod} {ready} {status} {restarts}");

    public Task<Event> EventAsync(string reason, string pattern, string type = "Normal") => Eventually.GetAsync(
        async () => (await EventsAsync()).FirstOrDefault(e => e.Reason == reason && e.Type == type && Regex.IsMatch(e.Message, pattern)),
        _ => true, $"event {type} {reason} of {ns}/{pod}: {pattern}")!;

    public async Task<IReadOnlyList<Event>> EventsAsync()
    {
        var uid = States.Last().Metadata.Uid;
        return [.. (await lab.Api.Resource<Event>().ListAsync(ns, null, CancellationToken.None)).Items.Where(e => e.InvolvedObject.Uid == uid)];
    }

    public Task<string> LogAsync(string pattern, params string[] options) => Eventually.GetAsync(
        async () => (await lab.KubectlAsync(["logs", pod, "-n", ns, .. options])).Output, text => Regex.IsMatch(text, pattern), $"{pattern} in the log of {ns}/{pod}");
}
