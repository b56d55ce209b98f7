namespace MiniK8s.ApiServer.Registry;

/// <summary>What a DELETE does to an object.</summary>
internal enum DeletionAction
{
    /// <summary>Nothing is written; the object goes on as it is.</summary>
    Keep,

    /// <summary>The deletion timestamp and grace period are written; the object stays.</summary>
    Mark,

    /// <summary>They are written, and then the object is removed: watchers see MODIFIED, then DELETED.</summary>
    MarkThenRemove,

    /// <summary>The object is removed.</summary>
    Remove,
}

/// <summary>Everything the decision depends on.</summary>
/// <param name="Now">Whole seconds.</param>
/// <param name="DeletionTimestamp">Stored; null before the first delete.</param>
/// <param name="StoredGrace">metadata.deletionGracePeriodSeconds.</param>
/// <param name="HasFinalizers">Some are left, those that this request adds included.</param>
/// <param name="IsGraceful">The kind has graceful deletion (Pods).</param>
/// <param name="RequestedGrace">The options' gracePeriodSeconds.</param>
/// <param name="DefaultGrace">The object's own wish, used when the options have none.</param>
/// <param name="NothingRuns">Nobody would have to stop anything: a Pod without a node, or one that has ended.</param>
internal readonly record struct DeletionInput(
    DateTimeOffset Now, DateTimeOffset? DeletionTimestamp, long? StoredGrace, bool HasFinalizers,
    bool IsGraceful, long? RequestedGrace, long? DefaultGrace, bool NothingRuns);

/// <summary>What to do, and what the metadata says afterwards.</summary>
/// <param name="Action">What happens.</param>
/// <param name="DeletionTimestamp">To be written with Mark and MarkThenRemove.</param>
/// <param name="Grace">Likewise.</param>
/// <param name="IsFirst">The first delete of the object, which raises a generation.</param>
internal readonly record struct DeletionDecision(DeletionAction Action, DateTimeOffset? DeletionTimestamp, long? Grace, bool IsFirst)
{
    /// <summary>
    /// The graceful deletion's state machine. A negative grace, stored or requested, counts as 1.
    /// <code>
    /// deleting | graceful | stored grace | requested grace      | finalizers | action
    /// ---------+----------+--------------+----------------------+------------+---------------------------------------------------
    /// no       | no       | -            | any                  | no         | Remove
    /// no       | no       | -            | any                  | yes        | Mark: now, grace 0
    /// no       | yes      | -            | effective grace > 0  | any        | Mark: now + grace, grace
    /// no       | yes      | -            | effective grace 0    | no         | MarkThenRemove: now, grace 0
    /// no       | yes      | -            | effective grace 0    | yes        | Mark: now, grace 0
    /// yes      | any      | none or 0    | any                  | no         | Remove
    /// yes      | any      | none         | any                  | yes        | Mark: unchanged time (or now, if it lay ahead), grace 0
    /// yes      | any      | 0            | any                  | yes        | Keep
    /// yes      | any      | above 0      | none, or not shorter | any        | Keep: a longer grace never extends
    /// yes      | any      | above 0      | 0                    | no         | MarkThenRemove: stored time - stored grace, grace 0
    /// yes      | any      | above 0      | shorter              | otherwise  | Mark: stored time - stored grace + requested, requested
    /// </code>
    /// The effective grace is 0 where nothing runs, else what is requested, else the object's own, else 0.
    /// </summary>
    public static DeletionDecision Decide(DeletionInput input)
    {
        var requested = NotNegative(input.RequestedGrace);
        if (input.DeletionTimestamp is not { } timestamp) return First(input, requested);

        var stored = NotNegative(input.StoredGrace) ?? 0;
        if (stored == 0) return AlreadyDue(input, timestamp);
        if (requested is not { } shorter || shorter >= stored) return new(DeletionAction.Keep, timestamp, input.StoredGrace, false);

        var action = shorter == 0 && !input.HasFinalizers ? DeletionAction.MarkThenRemove : DeletionAction.Mark;
        return new(action, timestamp.AddSeconds(shorter - stored), shorter, false);
    }

    private static DeletionDecision First(DeletionInput input, long? requested)
    {
        if (!input.IsGraceful)
        {
            return input.HasFinalizers ? new(DeletionAction.Mark, input.Now, 0, true) : new(DeletionAction.Remove, null, null, true);
        }
        var grace = input.NothingRuns ? 0 : requested ?? NotNegative(input.DefaultGrace) ?? 0;
        var action = grace == 0 && !input.HasFinalizers ? DeletionAction.MarkThenRemove : DeletionAction.Mark;
        return new(action, input.Now.AddSeconds(grace), grace, true);
    }

    private static DeletionDecision AlreadyDue(DeletionInput input, DateTimeOffset timestamp)
    {
        if (!input.HasFinalizers) return new(DeletionAction.Remove, timestamp, 0, false);
        var time = timestamp > input.Now ? input.Now : timestamp;
        var unchanged = time == timestamp && input.StoredGrace == 0;
        return new(unchanged ? DeletionAction.Keep : DeletionAction.Mark, time, 0, false);
    }

    private static long? NotNegative(long? grace) => grace < 0 ? 1 : grace;
}
