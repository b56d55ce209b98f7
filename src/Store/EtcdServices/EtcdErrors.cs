using Grpc.Core;

namespace MiniK8s.Store.EtcdServices;

/// <summary>A refusal, as etcd words it: clients recognise errors by their text.</summary>
/// <param name="Code">The gRPC status.</param>
/// <param name="Text">The status message.</param>
internal sealed record EtcdError(StatusCode Code, string Text);

/// <summary>Every error the store answers with. Codes and texts are etcd's (api/v3rpc/rpctypes), unless a row says otherwise.</summary>
internal static class EtcdErrors
{
    /// <summary>A key is missing from the request.</summary>
    public static readonly EtcdError EmptyKey = new(StatusCode.InvalidArgument, "etcdserver: key is not provided");

    /// <summary>ignore_value or ignore_lease on a key that does not exist; also an empty operation in a Txn.</summary>
    public static readonly EtcdError KeyNotFound = new(StatusCode.InvalidArgument, "etcdserver: key not found");

    /// <summary>ignore_value together with a value.</summary>
    public static readonly EtcdError ValueProvided = new(StatusCode.InvalidArgument, "etcdserver: value is provided");

    /// <summary>ignore_lease together with a lease.</summary>
    public static readonly EtcdError LeaseProvided = new(StatusCode.InvalidArgument, "etcdserver: lease is provided");

    /// <summary>More compares or operations than --max-txn-ops.</summary>
    public static readonly EtcdError TooManyOps = new(StatusCode.InvalidArgument, "etcdserver: too many operations in txn request");

    /// <summary>One key written twice by one Txn.</summary>
    public static readonly EtcdError DuplicateKey = new(StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request");

    /// <summary>The revision is older than the last compaction.</summary>
    public static readonly EtcdError Compacted = new(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");

    /// <summary>The revision does not exist yet.</summary>
    public static readonly EtcdError FutureRevision = new(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");

    /// <summary>The lease of a put does not exist.</summary>
    public static readonly EtcdError LeaseNotFound = new(StatusCode.NotFound, "etcdserver: requested lease not found");

    /// <summary>A lease of that id exists already.</summary>
    public static readonly EtcdError LeaseExists = new(StatusCode.FailedPrecondition, "etcdserver: lease already exists");

    /// <summary>A lease for more than 9,000,000,000 seconds.</summary>
    public static readonly EtcdError LeaseTtlTooLarge = new(StatusCode.OutOfRange, "etcdserver: too large lease TTL");

    /// <summary>The write is over --max-request-bytes.</summary>
    public static readonly EtcdError RequestTooLarge = new(StatusCode.InvalidArgument, "etcdserver: request is too large");

    /// <summary>The database is over its quota, or the disk is full, and the NOSPACE alarm is raised.</summary>
    public static readonly EtcdError NoSpace = new(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");

    /// <summary>The CORRUPT alarm is raised: nothing may be written.</summary>
    public static readonly EtcdError Corrupt = new(StatusCode.DataLoss, "etcdserver: corrupt cluster");

    /// <summary>There is no such member.</summary>
    public static readonly EtcdError MemberNotFound = new(StatusCode.NotFound, "etcdserver: member not found");

    /// <summary>The last member cannot go.</summary>
    public static readonly EtcdError NotEnoughStarted =
        new(StatusCode.FailedPrecondition, "etcdserver: re-configuration failed due to not enough started members");

    /// <summary>The member votes already.</summary>
    public static readonly EtcdError MemberNotLearner = new(StatusCode.FailedPrecondition, "etcdserver: can only promote a learner member");

    /// <summary>Leadership cannot move there.</summary>
    public static readonly EtcdError BadLeaderTransferee = new(StatusCode.FailedPrecondition, "etcdserver: bad leader transferee");

    /// <summary>A client with a name and password, where there are no users; it goes on without.</summary>
    public static readonly EtcdError AuthNotEnabled = new(StatusCode.FailedPrecondition, "etcdserver: authentication is not enabled");

    /// <summary>The client went away from its watch stream.</summary>
    public static readonly EtcdError WatchCanceled = new(StatusCode.Cancelled, "etcdserver: watch canceled");

    /// <summary>The process is stopping, or stopped accepting writes after a failed sync.</summary>
    public static readonly EtcdError Stopped = new(StatusCode.Unavailable, "etcdserver: server stopped");

    /// <summary>A fault of ours; the log has the details. The text is ours.</summary>
    public static readonly EtcdError Internal = new(StatusCode.Internal, "store: internal error, see the store's log");

    /// <summary>An etcd call this store does not answer. The text is ours.</summary>
    public static EtcdError NotBuilt(string call) =>
        new(StatusCode.Unimplemented, $"store: {call} is not built in this store; use an etcd for it (--etcd-servers)");

    /// <summary>A call of a service that is not here, in the words of grpc-go (server.go).</summary>
    public static EtcdError UnknownService(string service) => new(StatusCode.Unimplemented, $"unknown service {service}");

    /// <summary>A call of a service that is here, but has no such method (grpc-go, server.go).</summary>
    public static EtcdError UnknownMethod(string service, string method) =>
        new(StatusCode.Unimplemented, $"unknown method {method} for service {service}");

    /// <summary>A call whose path is not <c>/service/method</c> (grpc-go, server.go).</summary>
    public static EtcdError MalformedMethod(string path) => new(StatusCode.Unimplemented, $"malformed method name: \"{path}\"");

    /// <summary>The exception that makes gRPC answer with the error. Nothing else builds one.</summary>
    public static RpcException ToException(this EtcdError error) => new(new Status(error.Code, error.Text));
}
