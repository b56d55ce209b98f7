using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Events;

/// <summary>Writes down what happened to an object, for whoever reads <c>kubectl describe</c>.</summary>
public interface IEventRecorder
{
    /// <summary>Records and returns at once, in any case: where too much is recorded, or the server refuses, the event is lost and counted.</summary>
    /// <param name="regarding">What it happened to; its namespace is the event's, <c>default</c> if it has none.</param>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="reason">Why, one word in CamelCase.</param>
    /// <param name="message">The same for people. Longer than 1024 bytes is cut, ending in " ...".</param>
    /// <param name="action">What was done or tried, one word; "" for none.</param>
    /// <param name="annotations">The event's, for those who evaluate it; a repeat keeps those of the first.</param>
    void Record(ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null);

    /// <summary>The same recorder, speaking for another component: for a process that has several names, as a scheduler with several profiles.</summary>
    IEventRecorder As(string component);
}
