using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>3: in the log each key counts its versions from 1, keeps its create revision while it lives, and starts anew after a deletion.</summary>
internal sealed class VersionRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        for (var revision = 2L; revision <= evidence.Timeline.Last; revision++)
        {
            foreach (var change in evidence.Timeline.ChangesAt(revision))
            {
                if (WhyNot(evidence.Timeline.At(revision - 1).Get(change.Key), change) is { } reason)
                {
                    yield return new(3, $"revision {revision}, key {change.Key.ToStringUtf8()}: {reason}");
                }
            }
        }
    }

    private static string? WhyNot(KeyValue? before, KeyValue change)
    {
        if (change.Version == 0) return before is null ? "deleted, though it did not exist" : null;
        var (create, version) = before is null ? (change.ModRevision, 1L) : (before.CreateRevision, before.Version + 1);
        return (change.CreateRevision, change.Version) == (create, version)
            ? null
            : $"create revision {change.CreateRevision} and version {change.Version} where {create} and {version} were due";
    }
}
