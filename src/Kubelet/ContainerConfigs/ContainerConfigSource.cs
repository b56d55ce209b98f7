using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Cgroups;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.References;
using MiniK8s.Kubelet.Volumes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>Puts together what the runtime makes a container from. Everything that can change is read now: a running container keeps what it began with.</summary>
internal sealed class ContainerConfigSource(
    Runtime.IContainerRuntime runtime, Runtime.INodeFiles files, ContainerVariables variables, IServices services, string hostIp, long memoryCapacity) : IContainerConfigSource
{
    public async Task<Runtime.ContainerConfig> BuildAsync(Pod pod, Container container, int attempt, Runtime.PodSandboxStatus sandbox, CancellationToken ct)
    {
        var security = SecurityContexts.Merge(pod.Spec.SecurityContext, container.SecurityContext);
        SecurityContexts.DemandNonRoot(pod, container, security, await runtime.ImageStatusAsync(container.Image, ct));

        var env = await VariablesAsync(pod, container, sandbox, ct);
        var ip = pod.Spec.HostNetwork ? hostIp : sandbox.Ip;
        files.WriteFile(VolumePaths.HostsFile(pod.Metadata.Uid), Encoding.UTF8.GetBytes(HostsFile.Of(pod, sandbox.Config.Hostname, ip)));
        return new Runtime.ContainerConfig
        {
            Name = container.Name,
            Attempt = attempt,
            Image = container.Image,
            Command = Expand(container.Command, env),
            Args = Expand(container.Args, env),
            Env = env,
            WorkingDir = container.WorkingDir,
            Mounts = [.. ContainerMounts.Of(pod, container, env, files)],
            Security = security,
            Resources = CgroupValues.Of(pod, container, memoryCapacity),
            Stdin = container.Stdin,
            StdinOnce = container.StdinOnce,
            Tty = container.Tty,
            TerminationMessagePath = container.TerminationMessagePath.Length > 0 ? container.TerminationMessagePath : "/dev/termination-log",
            Labels = pod.Metadata.Labels,
            Annotations = pod.Metadata.Annotations,
        };
    }

    private async Task<IReadOnlyList<Runtime.EnvVar>> VariablesAsync(Pod pod, Container container, Runtime.PodSandboxStatus sandbox, CancellationToken ct)
    {
        // A static pod needs no apiserver, and then has no Services' variables either.
        var known = pod.IsStatic() && !services.HasSynced ? [] : await services.ListAsync(ct) ?? throw new ContainerConfigException("services have not yet been read at least once, cannot construct envvars");
        var wantsLinks = !pod.Spec.HasEnableServiceLinks || pod.Spec.EnableServiceLinks;
        var addresses = new PodAddresses(pod.Spec.HostNetwork ? hostIp : sandbox.Ip, hostIp);
        try
        {
            return await variables.BuildAsync(pod, container, addresses, ServiceVariables.Of(known, pod.Metadata.Namespace, wantsLinks), ct);
        }
        catch (ApiException exception)
        {
            // Not absent, but out of reach just now: the pod shows why and is tried again.
            throw new ContainerConfigException(exception.Message);
        }
    }

    private static List<string> Expand(IEnumerable<string> words, IReadOnlyList<Runtime.EnvVar> env)
    {
        var values = env.ToDictionary(v => v.Name, v => v.Value);
        return [.. words.Select(word => Expansion.Expand(word, values.GetValueOrDefault))];
    }
}
