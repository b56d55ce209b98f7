namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Where a watch begins.</summary>
internal abstract record WatchStart
{
    private WatchStart()
    {
    }

    /// <summary>With the changes after a revision.</summary>
    public sealed record After(long Revision) : WatchStart;

    /// <summary>With ADDED for all there is, then the changes.</summary>
    /// <param name="EndBookmark">A bookmark marks the end of the initial events.</param>
    public sealed record CurrentState(bool EndBookmark) : WatchStart;

    /// <summary>With the changes from now on.</summary>
    public sealed record Now : WatchStart;
}
