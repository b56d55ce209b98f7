namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>What the clients of a run do. The shares are etcd's own robustness tests'.</summary>
internal static class Profiles
{
    /// <summary>The profiles by name.</summary>
    public static IReadOnlyDictionary<string, Func<TrafficClient, IClientLoop>> All { get; } = new Dictionary<string, Func<TrafficClient, IClientLoop>>
    {
        ["EtcdPut"] = client => new EtcdLoop(client, new EtcdMix
        {
            Shares = [(EtcdCall.Get, 15), (EtcdCall.List, 15), (EtcdCall.StaleGet, 10), (EtcdCall.StaleList, 10), (EtcdCall.MultiTxn, 5), (EtcdCall.LargePut, 5), (EtcdCall.Put, 40)],
        }),
        ["EtcdPutDeleteLease"] = client => new EtcdLoop(client, new EtcdMix
        {
            Shares =
            [
                (EtcdCall.Get, 15), (EtcdCall.List, 15), (EtcdCall.StaleGet, 10), (EtcdCall.StaleList, 10), (EtcdCall.Delete, 5), (EtcdCall.MultiTxn, 5),
                (EtcdCall.PutWithLease, 5), (EtcdCall.LeaseRevoke, 3), (EtcdCall.LeaseRenew, 2), (EtcdCall.CompareAndSet, 5), (EtcdCall.Put, 20), (EtcdCall.LargePut, 5),
            ],
        }),
        ["EtcdDelete"] = client => new EtcdLoop(client, new EtcdMix { Shares = [(EtcdCall.Put, 50), (EtcdCall.Delete, 50)] }),
        ["Kubernetes"] = client => new KubernetesLoop(client, updates: 90, deletes: 5),
        ["KubernetesCreateDelete"] = client => new KubernetesLoop(client, updates: 0, deletes: 40),
        ["LargeValues"] = client => new EtcdLoop(client, new EtcdMix
        {
            Keys = 30,
            LargeBytes = 64 * 1024,
            Shares = [(EtcdCall.Get, 30), (EtcdCall.List, 5), (EtcdCall.StaleGet, 10), (EtcdCall.LargePut, 25), (EtcdCall.Delete, 10), (EtcdCall.Put, 20)],
        }),
    };
}

/// <summary>What a client does, one step after the other.</summary>
internal interface IClientLoop
{
    /// <summary>Makes a call or a few that belong together.</summary>
    Task StepAsync();
}
