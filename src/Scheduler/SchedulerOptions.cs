namespace MiniK8s.Scheduler;

/// <summary>The scheduler's settings.</summary>
public sealed class SchedulerOptions
{
    /// <summary>The kubeconfig that says where the apiserver is and who we are. Default: <c>kubeconfig</c> in the current folder.</summary>
    public string Kubeconfig { get; set; } = "kubeconfig";

    /// <summary>Port for /healthz and /metrics; 0 is any free one. Default 10259.</summary>
    public int Port { get; set; } = 10259;

    /// <summary>Port for gRPC without TLS, on loopback alone: SchedulerExplain, reflection and health; 0 is any free one. Default 10260.</summary>
    public int GrpcPort { get; set; } = 10260;

    /// <summary>The pods that are ours: those with this <c>spec.schedulerName</c>. Default <c>default-scheduler</c>.</summary>
    public string SchedulerName { get; set; } = "default-scheduler";
}
