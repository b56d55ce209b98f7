using Grpc.Core;

namespace MiniK8s.Hosting.Calls;

/// <summary>A call's context with another cancellation token; everything else is the call's own, its HttpContext included.</summary>
internal sealed class LinkedCallContext : ServerCallContext
{
    private readonly ServerCallContext _inner;

    public LinkedCallContext(ServerCallContext inner, CancellationToken cancellation)
    {
        (_inner, CancellationTokenCore) = (inner, cancellation);
        // Where Grpc.AspNetCore looks for it when the context is not of its own making.
        inner.UserState["__HttpContext"] = inner.GetHttpContext();
    }

    protected override CancellationToken CancellationTokenCore { get; }

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Status StatusCore
    {
        get => _inner.Status;
        set => _inner.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => _inner.WriteOptions;
        set => _inner.WriteOptions = value;
    }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _inner.CreatePropagationToken(options);
}
