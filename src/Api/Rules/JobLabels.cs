using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Rules;

/// <summary>The labels that tie a Job's pods to it: its uid and name, each under the present key and the one of earlier versions.</summary>
public static class JobLabels
{
    /// <summary>The key that a generated selector asks for: the uid, which no other job has.</summary>
    public const string ControllerUid = "batch.kubernetes.io/controller-uid";

    /// <summary>Key and value of each, in the order Kubernetes checks them. Uid and name must be known.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(Job job) =>
    [
        new("controller-uid", job.Metadata.Uid), new("job-name", job.Metadata.Name),
        new(ControllerUid, job.Metadata.Uid), new("batch.kubernetes.io/job-name", job.Metadata.Name),
    ];
}
