using System.Threading.Channels;

using MiniK8s.Client.Events;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Tests.Fakes;

// Keeps what was recorded: "type reason kind/name: message".
internal sealed class FakeEventRecorder : IEventRecorder
{
    public Channel<string> Recorded { get; } = Channel.CreateUnbounded<string>();

    // Every component under which something was to be recorded, by As.
    public Channel<string> Components { get; } = Channel.CreateUnbounded<string>();

    public IEventRecorder As(string component)
    {
        Components.Writer.TryWrite(component);
        return this;
    }

    public void Record(ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null) =>
        Recorded.Writer.TryWrite($"{type} {reason} {regarding.Kind}/{regarding.Name}: {message}");
}
