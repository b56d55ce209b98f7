namespace Grpc.Core;

/// <summary>The four questions every call answers, asked of whoever made the call with the state it gave.</summary>
internal sealed record AsyncCallState(
    Func<object, Task<Metadata>> Headers, Func<object, Status> Status, Func<object, Metadata> Trailers, Action<object> DisposeAction, object State)
{
    public static AsyncCallState From(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose) =>
        new(_ => headers, _ => status(), _ => trailers(), _ => dispose(), new object());

    public Task<Metadata> GetHeadersAsync() => Headers(State);

    public Status GetStatus() => Status(State);

    public Metadata GetTrailers() => Trailers(State);

    public void Dispose() => DisposeAction(State);
}
