namespace MiniK8s.Kubelet.Probes;

internal enum ProbeKind
{
    Startup,
    Liveness,
    Readiness,
}

internal enum ProbeResult
{
    Unknown,
    Success,
    Failure,
}

/// <summary>How one execution of a probe ended.</summary>
internal enum ProbeVerdict
{
    Success,

    /// <summary>Success, but something about it is worth an event.</summary>
    Warning,
    Failure,

    /// <summary>The check itself could not be made; says nothing about the container.</summary>
    Error,
}

/// <summary>A verdict and the text that its event shows.</summary>
internal sealed record ProbeOutcome(ProbeVerdict Verdict, string Output = "");
