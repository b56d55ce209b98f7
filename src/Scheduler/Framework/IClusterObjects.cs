using MiniK8s.Protocol;

namespace MiniK8s.Scheduler.Framework;

/// <summary>The objects beside Pods and Nodes that plugins look at, as last heard of: Services, ReplicaSets, claims ...</summary>
internal interface IClusterObjects
{
    /// <summary>All of a kind; of one namespace unless that is "".</summary>
    IEnumerable<T> List<T>(string ns = "")
        where T : class, IApiObject;

    /// <summary>One object; null where there is none. Cluster-wide kinds have the namespace "".</summary>
    T? Find<T>(string ns, string name)
        where T : class, IApiObject;
}
