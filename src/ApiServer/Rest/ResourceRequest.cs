using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Rest;

/// <summary>A request that has found its kind.</summary>
/// <param name="Form">How the client wants the answer.</param>
internal sealed record ResourceRequest(
    HttpContext Http, ResourcePath Path, IResourceRegistry Registry, RequestContext Context, ResponseForm Form)
{
    public ApiKind Kind => Registry.Kind;

    public IQueryCollection Query => Http.Request.Query;

    /// <summary>The namespace as the registry wants it: "" for kinds outside namespaces.</summary>
    public string Namespace => Kind.Namespaced ? Path.Namespace : "";

    public string Name => Path.Name;
}
