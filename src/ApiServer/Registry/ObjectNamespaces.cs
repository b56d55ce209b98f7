using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The namespace of a request and the one in its object must agree.</summary>
internal static class ObjectNamespaces
{
    /// <summary>Puts the request's namespace into the object; refuses another one (400), or none where one is needed.</summary>
    public static void Settle(ApiKind kind, ObjectMeta metadata, string ns)
    {
        if (!kind.Namespaced)
        {
            metadata.Namespace = "";
            return;
        }
        if (ns.Length == 0) ns = metadata.Namespace;
        if (ns.Length == 0) throw StatusErrors.BadRequest("Namespace parameter required.");
        if (metadata.Namespace.Length == 0) metadata.Namespace = ns;
        if (metadata.Namespace == ns) return;
        throw StatusErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }
}
