using Grpc.Core;

namespace MiniK8s.Kubelet.Api;

/// <summary>The refusals of the kubelet API; nothing else here builds an RpcException. The apiserver passes the texts on.</summary>
internal static class KubeletErrors
{
    public static RpcException UnknownNode(string node) => new(new Grpc.Core.Status(StatusCode.NotFound, $"node \"{node}\" is not hosted here"));

    public static RpcException Refused(RefusedException refused) => new(new Grpc.Core.Status(StatusCode.FailedPrecondition, refused.Message));

    public static RpcException OutOfOrder(string wanted) => new(new Grpc.Core.Status(StatusCode.InvalidArgument, $"the next message must be {wanted}"));
}

/// <summary>What is asked for is not there; the message is for the user.</summary>
internal sealed class RefusedException(string message) : Exception(message);
