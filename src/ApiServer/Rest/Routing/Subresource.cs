using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>What can be asked of a subresource.</summary>
/// <param name="Name">The last part of the path.</param>
/// <param name="ResponseKind">apiVersion and kind of what it takes and gives; null: the object it belongs to.</param>
/// <param name="Verbs">In alphabetical order.</param>
internal sealed record Subresource(string Name, TypeMeta? ResponseKind, params string[] Verbs)
{
    private static readonly Dictionary<string, Subresource> ByName = new Subresource[]
    {
        new("status", null, "get", "patch", "update"),
        new("finalize", null, "update"),
        new("log", null, "get"),
        new("scale", SubresourceKinds.Scale.TypeMeta, "get", "patch", "update"),
        new("binding", new("v1", "Binding"), "create"),
        new("eviction", new("policy/v1", "Eviction"), "create"),
        new("token", SubresourceKinds.TokenRequest.TypeMeta, "create"),
        new("exec", new("v1", "PodExecOptions"), "create", "get"),
        new("attach", new("v1", "PodAttachOptions"), "create", "get"),
        new("portforward", new("v1", "PodPortForwardOptions"), "create", "get"),
    }.ToDictionary(subresource => subresource.Name);

    /// <summary>The subresource of that name; one that is not listed can do what status can.</summary>
    public static Subresource Of(string name) => ByName.GetValueOrDefault(name) ?? ByName["status"] with { Name = name };
}
