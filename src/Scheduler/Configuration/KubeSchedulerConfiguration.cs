using System.Text.Json;

using MiniK8s.Client.LeaderElection;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>The file that <c>--config</c> names, as it is written: <c>kubescheduler.config.k8s.io/v1</c>. What it does not say has its default.</summary>
/// <remarks>Source: staging/src/k8s.io/kube-scheduler/config/v1/types.go; defaults in pkg/scheduler/apis/config/v1/defaults.go.</remarks>
internal sealed record KubeSchedulerConfiguration
{
    public const string Version = "kubescheduler.config.k8s.io/v1";

    public string ApiVersion { get; init; } = Version;

    public string Kind { get; init; } = nameof(KubeSchedulerConfiguration);

    /// <summary>How many nodes are looked at at a time.</summary>
    public int Parallelism { get; init; } = 16;

    public LeaderElectionConfiguration LeaderElection { get; init; } = new();

    public ClientConnectionConfiguration ClientConnection { get; init; } = new();

    public bool EnableProfiling { get; init; } = true;

    public bool EnableContentionProfiling { get; init; } = true;

    /// <summary>For profiles that do not say; see <see cref="Framework.Profile"/>.</summary>
    public int PercentageOfNodesToScore { get; init; }

    public long PodInitialBackoffSeconds { get; init; } = 1;

    public long PodMaxBackoffSeconds { get; init; } = 10;

    public IReadOnlyList<KubeSchedulerProfile> Profiles { get; init; } = [];

    public IReadOnlyList<JsonElement> Extenders { get; init; } = [];

    public bool DelayCacheUntilActive { get; init; }
}

/// <summary>How several schedulers agree which of them works.</summary>
internal sealed record LeaderElectionConfiguration
{
    public bool LeaderElect { get; init; } = true;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    public string ResourceLock { get; init; } = "leases";

    public string ResourceName { get; init; } = "kube-scheduler";

    public string ResourceNamespace { get; init; } = "kube-system";

    /// <summary>What holds where no flag says otherwise: unlike the rest of the file, this part of it yields to the flags.</summary>
    /// <remarks>Source: cmd/kube-scheduler/app/options/options.go, ApplyLeaderElectionTo.</remarks>
    public LeaderElectionOptions ToOptions() => new()
    {
        LeaderElect = LeaderElect,
        LeaderElectLeaseDuration = LeaseDuration,
        LeaderElectRenewDeadline = RenewDeadline,
        LeaderElectRetryPeriod = RetryPeriod,
        LeaderElectResourceName = ResourceName,
        LeaderElectResourceNamespace = ResourceNamespace,
    };
}

/// <summary>How the scheduler reaches the apiserver.</summary>
internal sealed record ClientConnectionConfiguration
{
    /// <summary>The kubeconfig; "" leaves what <c>--kubeconfig</c> says.</summary>
    public string Kubeconfig { get; init; } = "";

    public string AcceptContentTypes { get; init; } = "";

    public string ContentType { get; init; } = "";

    public float Qps { get; init; }

    public int Burst { get; init; }
}

/// <summary>One profile of the file.</summary>
internal sealed record KubeSchedulerProfile
{
    /// <summary>Whose pods; may be left out where there is only one profile.</summary>
    public string? SchedulerName { get; init; }

    public int? PercentageOfNodesToScore { get; init; }

    /// <summary>By extension point, and under <c>multiPoint</c> for all points at once.</summary>
    public IReadOnlyDictionary<string, PluginChoice> Plugins { get; init; } = new Dictionary<string, PluginChoice>();

    public IReadOnlyList<PluginConfig> PluginConfig { get; init; } = [];
}

/// <summary>What is added to the default plugins, or otherwise weighted, and what is taken away (<c>*</c>: all).</summary>
internal sealed record PluginChoice
{
    public IReadOnlyList<PluginReference> Enabled { get; init; } = [];

    public IReadOnlyList<PluginReference> Disabled { get; init; } = [];
}

/// <summary>A plugin by name, and the factor of its scores where it scores.</summary>
internal sealed record PluginReference
{
    public string Name { get; init; } = "";

    public int? Weight { get; init; }
}

/// <summary>Arguments for one plugin of a profile.</summary>
internal sealed record PluginConfig
{
    public string Name { get; init; } = "";

    /// <summary>As <see cref="PluginKind.ArgumentsType"/> says.</summary>
    public JsonElement? Args { get; init; }
}
