using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Ephemeral containers have a message of their own whose fields are a container's, number for number (core/v1 types).</summary>
internal static class EphemeralContainers
{
    public static Container AsContainer(EphemeralContainer ephemeral) =>
        Container.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(ephemeral.EphemeralContainerCommon));
}
