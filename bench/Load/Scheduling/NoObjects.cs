using MiniK8s.Protocol;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Load.Scheduling;

/// <summary>A cluster of Pods and nodes alone.</summary>
internal sealed class NoObjects : IClusterObjects
{
    public IEnumerable<T> List<T>(string ns = "")
        where T : class, IApiObject => [];

    public T? Find<T>(string ns, string name)
        where T : class, IApiObject => null;
}
