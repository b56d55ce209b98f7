using System.ComponentModel.DataAnnotations;

using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler;

/// <summary>The scheduler's settings.</summary>
public sealed class SchedulerOptions : IValidatableObject
{
    /// <summary>A KubeSchedulerConfiguration, as YAML or JSON: profiles, plugins and their arguments. Default: one profile with the default plugins.</summary>
    public string? Config { get; set; }

    /// <summary>The kubeconfig that says where the apiserver is and who we are. Default: <c>kubeconfig</c> in the current folder.</summary>
    public string Kubeconfig { get; set; } = "kubeconfig";

    /// <summary>Port for /healthz and /metrics; 0 is any free one. Default 10259.</summary>
    public int Port { get; set; } = 10259;

    /// <summary>Port for gRPC without TLS, on loopback alone: SchedulerExplain, reflection and health; 0 is any free one. Default 10260.</summary>
    public int GrpcPort { get; set; } = 10260;

    /// <summary>
    /// The pods that are ours: those with this <c>spec.schedulerName</c>, where <see cref="Config"/> does not name its profiles. Default
    /// <c>default-scheduler</c>.
    /// </summary>
    public string SchedulerName { get; set; } = "default-scheduler";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        ReadConfiguration(out var faults);
        return faults.Select(fault => new ValidationResult(fault, [nameof(Config)]));
    }

    /// <summary>What the settings come to; counts only where there are no faults.</summary>
    internal SchedulerConfiguration ReadConfiguration(out IReadOnlyList<string> faults)
    {
        List<string> found = [];
        faults = found;
        if (Config is null) return SchedulerConfiguration.Default(SchedulerName);
        try
        {
            return ConfigurationReader.Read(File.ReadAllBytes(Config), SchedulerName, PluginRegistry.InTree, found);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            found.Add(ex.Message);
            return SchedulerConfiguration.Default(SchedulerName);
        }
    }
}
