namespace MiniK8s.ApiServer;

/// <summary>The names of the ports, as they stand in the ports file.</summary>
internal static class ApiServerPorts
{
    /// <summary>REST and gRPC over TLS.</summary>
    public const string Secure = "secure-port";

    /// <summary>gRPC without TLS, on loopback.</summary>
    public const string InsecureGrpc = "insecure-grpc-port";
}
