using MiniK8s.Client.Events;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Load.Scheduling;

/// <summary>Tells nobody.</summary>
internal sealed class NoEvents : IEventRecorder
{
    public IEventRecorder As(string component) => this;

    public void Record(
        ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null)
    {
    }
}
