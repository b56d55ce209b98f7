using MiniK8s.Protocol;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Fakes;

/// <summary>The objects beside Pods and Nodes, as a test says they are.</summary>
internal sealed class FakeObjects(params IApiObject[] objects) : IClusterObjects
{
    public IEnumerable<T> List<T>(string ns = "")
        where T : class, IApiObject => objects.OfType<T>().Where(obj => ns.Length == 0 || obj.Metadata.Namespace == ns);

    public T? Find<T>(string ns, string name)
        where T : class, IApiObject => objects.OfType<T>().FirstOrDefault(obj => obj.Metadata.Namespace == ns && obj.Metadata.Name == name);
}
