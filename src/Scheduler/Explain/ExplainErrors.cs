using Grpc.Core;

namespace MiniK8s.Scheduler.Explain;

/// <summary>What the scheduler's service answers where it cannot; nothing else in the scheduler builds an RpcException.</summary>
internal static class ExplainErrors
{
    public static RpcException NoName() => new(new Status(StatusCode.InvalidArgument, "name: which pod is asked for"));

    public static RpcException TooManyWatches() => new(new Status(StatusCode.ResourceExhausted, "too many watches are open"));
}
