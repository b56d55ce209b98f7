using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Outcomes as gRPC has them: a message, or an exception.</summary>
internal static class Answers
{
    /// <summary>The answer.</summary>
    /// <exception cref="Grpc.Core.RpcException">It was refused.</exception>
    public static T As<T>(this Outcome<IMessage> outcome)
        where T : class, IMessage =>
        outcome.IsRefused ? throw outcome.Error.ToException() : (T)outcome.Value;
}
