using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>One client of a run: makes one call after the other, and has each recorded. It never makes a call twice.</summary>
/// <param name="server">The server.</param>
/// <param name="recorder">The recorder.</param>
/// <param name="id">Its number.</param>
/// <param name="seed">Its chance.</param>
/// <param name="patience">After how long it gives an answer up: a second, so that a server that is gone costs a run little. Who needs every answer waits longer.</param>
internal sealed class TrafficClient(TestServer server, HistoryRecorder recorder, int id, int seed, TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(1);
    private int _values;

    /// <summary>The client's chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>The server.</summary>
    public TestServer Server => server;

    /// <summary>The recorder.</summary>
    public HistoryRecorder Recorder => recorder;

    /// <summary>A value that nobody else writes, at least so many bytes long.</summary>
    public ByteString NextValue(int length = 0) => ByteString.CopyFromUtf8($"{id}-{++_values}".PadRight(length, '.'));

    /// <summary>A lease id that nobody else uses.</summary>
    public long NextLease() => (id * 1_000_000L) + ++_values;

    /// <summary>Reads.</summary>
    public Task<RangeResponse?> RangeAsync(RangeRequest request) => CallAsync(request, (to, options) => to.Kv.RangeAsync(request, options).ResponseAsync);

    /// <summary>Puts.</summary>
    public Task<PutResponse?> PutAsync(PutRequest request) => CallAsync(request, (to, options) => to.Kv.PutAsync(request, options).ResponseAsync);

    /// <summary>Deletes.</summary>
    public Task<DeleteRangeResponse?> DeleteAsync(DeleteRangeRequest request) => CallAsync(request, (to, options) => to.Kv.DeleteRangeAsync(request, options).ResponseAsync);

    /// <summary>Runs a transaction.</summary>
    public Task<TxnResponse?> TxnAsync(TxnRequest request) => CallAsync(request, (to, options) => to.Kv.TxnAsync(request, options).ResponseAsync);

    /// <summary>Compacts.</summary>
    public Task<CompactionResponse?> CompactAsync(CompactionRequest request) => CallAsync(request, (to, options) => to.Kv.CompactAsync(request, options).ResponseAsync);

    /// <summary>Grants a lease.</summary>
    public Task<LeaseGrantResponse?> GrantAsync(LeaseGrantRequest request) => CallAsync(request, (to, options) => to.Lease.LeaseGrantAsync(request, options).ResponseAsync);

    /// <summary>Revokes a lease.</summary>
    public Task<LeaseRevokeResponse?> RevokeAsync(LeaseRevokeRequest request) => CallAsync(request, (to, options) => to.Lease.LeaseRevokeAsync(request, options).ResponseAsync);

    /// <summary>Asks for the hash of everything.</summary>
    public Task<HashKVResponse?> HashAsync(HashKVRequest request) => CallAsync(request, (to, options) => to.Maintenance.HashKVAsync(request, options).ResponseAsync);

    /// <summary>Defragments. It changes nothing that can be read, so it is no part of the history; a server killed in the midst of it shows there.</summary>
    public async Task DefragmentAsync()
    {
        var connection = await server.ConnectAsync();
        try
        {
            await connection.Maintenance.DefragmentAsync(new DefragmentRequest());
        }
        catch (RpcException ex) when (!ex.Status.Detail.Contains("the log of the process", StringComparison.Ordinal))
        {
            await Task.Delay(25);
        }
    }

    /// <summary>Renews a lease, once.</summary>
    public Task<LeaseKeepAliveResponse?> KeepAliveAsync(LeaseKeepAliveRequest request) => CallAsync(request, async (to, options) =>
    {
        using var stream = to.Lease.LeaseKeepAlive(options);
        try
        {
            await stream.RequestStream.WriteAsync(request);
        }
        catch (Exception ex) when (ex is InvalidOperationException or IOException or HttpRequestException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, ex.Message));
        }
        if (!await stream.ResponseStream.MoveNext(CancellationToken.None)) throw new RpcException(new Status(StatusCode.Unavailable, "the stream ended"));
        return stream.ResponseStream.Current;
    });

    private async Task<T?> CallAsync<T>(IMessage request, Func<ServerConnection, CallOptions, Task<T>> call)
        where T : class, IMessage
    {
        var connection = await server.ConnectAsync();
        var answer = await recorder.CallAsync(id, request, () => call(connection, new CallOptions(deadline: DateTime.UtcNow + _patience)));
        // After a failure others get their turn first; without this a dead server would be called in a tight loop.
        if (answer is null) await Task.Delay(25);
        return answer;
    }
}
