using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Scheduler.Configuration;

using Affinity = MiniK8s.Protocol.Core.V1.NodeAffinity;

namespace MiniK8s.Scheduler.Plugins.NodeAffinity;

/// <summary>What a profile may say to <see cref="NodeAffinity"/>.</summary>
internal sealed record NodeAffinityArgs : IPluginArguments
{
    /// <summary>Counts for every pod beside its own. A DaemonSet's pod that is meant for a node outside it stays pending.</summary>
    public Affinity? AddedAffinity { get; init; }

    public void Check(FieldPath path, FieldErrorList errors)
    {
        if (AddedAffinity is { } added) SchedulingValidation.NodeAffinity(added, path.Child("addedAffinity"), errors);
    }
}
