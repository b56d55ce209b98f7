using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>Which container of a pod a request is about: the one it names, or the only one there is.</summary>
internal static class ContainerChoice
{
    /// <summary>The container's name.</summary>
    /// <param name="asked">"" where the request names none.</param>
    /// <param name="pod">Its init and ephemeral containers may be named too, but are never the only one.</param>
    /// <exception cref="ApiException">400.</exception>
    public static string Of(string asked, Pod pod)
    {
        var spec = pod.Spec;
        string[] all =
        [
            .. spec.InitContainers.Select(container => container.Name),
            .. spec.Containers.Select(container => container.Name),
            .. spec.EphemeralContainers.Select(container => container.EphemeralContainerCommon?.Name ?? ""),
        ];
        if (asked.Length > 0)
            return all.Contains(asked) ? asked : throw StatusErrors.BadRequest($"container {asked} is not valid for pod {pod.Metadata.Name}");

        var nameless = $"a container name must be specified for pod {pod.Metadata.Name}";
        return spec.Containers.Count switch
        {
            0 => throw StatusErrors.BadRequest(nameless),
            1 => spec.Containers[0].Name,
            _ => throw StatusErrors.BadRequest($"{nameless}, choose one of: [{string.Join(' ', all)}]"),
        };
    }
}
