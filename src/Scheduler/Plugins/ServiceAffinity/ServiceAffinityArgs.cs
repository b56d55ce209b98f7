using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.ServiceAffinity;

/// <summary>What a profile may say to <see cref="ServiceAffinity"/>.</summary>
internal sealed record ServiceAffinityArgs : IPluginArguments
{
    /// <summary>The keys of the labels in whose values the nodes of a Service's pods must agree.</summary>
    public IReadOnlyList<string> AffinityLabels { get; init; } = [];

    public void Check(FieldPath path, FieldErrorList errors)
    {
    }
}
