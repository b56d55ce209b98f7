using System.Threading.Channels;

using MiniK8s.Client.Events;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Tests.Fakes;

// Keeps what was recorded: "type reason kind/name: message".
internal sealed class FakeEventRecorder : IEventRecorder
{
    public Channel<string> Recorded { get; } = Channel.CreateUnbounded<string>();

    public void Record(ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null) =>
        Recorded.Writer.TryWrite($"{type} {reason} {regarding.Kind}/{regarding.Name}: {message}");
}
