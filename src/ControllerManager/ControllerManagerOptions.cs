namespace MiniK8s.ControllerManager;

/// <summary>The controller-manager's settings.</summary>
public sealed class ControllerManagerOptions
{
    /// <summary>The kubeconfig that says where the apiserver is and who we are. Default: <c>kubeconfig</c> in the current folder.</summary>
    public string Kubeconfig { get; set; } = "kubeconfig";

    /// <summary>Port for /healthz and /metrics; 0 is any free one. Default 10257.</summary>
    public int Port { get; set; } = 10257;
}
