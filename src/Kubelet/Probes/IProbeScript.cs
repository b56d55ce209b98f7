namespace MiniK8s.Kubelet.Probes;

/// <summary>Says beforehand how probes end. Only a simulated runtime can: its containers play what the user wants to see.</summary>
internal interface IProbeScript
{
    /// <summary>Why that probe of that container fails now, whatever it would find; null lets it find out.</summary>
    string? FailureOf(string containerId, ProbeKind probe);
}
