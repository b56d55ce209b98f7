using Grpc.Core;

namespace MiniK8s.Kubelet.Logs;

/// <summary>The refusals of the kubelet API; nothing else here builds an RpcException. The apiserver passes the texts on with 400.</summary>
internal static class KubeletErrors
{
    public static RpcException UnknownNode(string node) => new(new Grpc.Core.Status(StatusCode.NotFound, $"node \"{node}\" is not hosted here"));

    public static RpcException Refused(LogRefusedException refused) => new(new Grpc.Core.Status(StatusCode.FailedPrecondition, refused.Message));
}

/// <summary>There is no such log; the message is for the user.</summary>
internal sealed class LogRefusedException(string message) : Exception(message);
