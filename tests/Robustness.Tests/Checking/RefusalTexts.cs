using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Why a call was refused.</summary>
internal enum Refusal
{
    /// <summary>It was not, or for a reason of no interest here.</summary>
    Other,

    /// <summary>Its revision was given up.</summary>
    Compacted,

    /// <summary>Its revision is of the future.</summary>
    Future,

    /// <summary>Its lease does not exist.</summary>
    NoLease,
}

/// <summary>Tells refusals by etcd's texts, as its clients do.</summary>
internal static class RefusalTexts
{
    /// <summary>Why the call was refused.</summary>
    public static Refusal Of(CallLine call) => call.Error?.Text switch
    {
        "etcdserver: mvcc: required revision has been compacted" => Refusal.Compacted,
        "etcdserver: mvcc: required revision is a future revision" => Refusal.Future,
        "etcdserver: requested lease not found" => Refusal.NoLease,
        _ => Refusal.Other,
    };
}
