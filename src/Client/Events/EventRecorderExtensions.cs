using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Events;

/// <summary>Recording about objects at hand.</summary>
public static class EventRecorderExtensions
{
    /// <summary>Records an event regarding an object; see <see cref="IEventRecorder.Record"/>.</summary>
    public static void Record(this IEventRecorder recorder, IApiObject regarding, string type, string reason, string message, string action = "") =>
        recorder.Record(ReferenceTo(regarding), type, reason, message, action);

    /// <summary>A reference that names the object as events do.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="fieldPath">The part of it that is meant, for example <c>spec.containers{web}</c>; "" for the whole.</param>
    public static ObjectReference ReferenceTo(IApiObject obj, string fieldPath = "")
    {
        var kind = ApiKinds.Of(obj);
        return new ObjectReference
        {
            Kind = kind.Kind,
            ApiVersion = kind.ApiVersion,
            Namespace = obj.Metadata.Namespace,
            Name = obj.Metadata.Name,
            Uid = obj.Metadata.Uid,
            ResourceVersion = obj.Metadata.ResourceVersion,
            FieldPath = fieldPath,
        };
    }
}
