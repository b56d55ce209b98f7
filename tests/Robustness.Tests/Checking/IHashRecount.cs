namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Counts a server's HashKV anew from its log.</summary>
internal interface IHashRecount
{
    /// <summary>The hash at a revision of a store compacted at another (0 or less: never).</summary>
    uint Of(long revision, long compacted);
}
