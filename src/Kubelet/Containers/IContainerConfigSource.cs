using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Containers;

/// <summary>Turns a container's specification into what the runtime is given: environment, command, mounts, security.</summary>
internal interface IContainerConfigSource
{
    /// <exception cref="ContainerConfigException">Something it refers to is missing or not allowed.</exception>
    Task<Runtime.ContainerConfig> BuildAsync(Pod pod, Container container, int attempt, Runtime.PodSandboxStatus sandbox, CancellationToken ct);
}

/// <summary>A container's configuration cannot be built: Waiting with reason CreateContainerConfigError and this message.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);
