using System.Runtime.CompilerServices;

using Google.Protobuf;

using Grpc.Core;
using Grpc.Net.Client;

using MiniK8s.Lab.Processes;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>Reads keys and their past from a store over etcd's API, ours or a real etcd. Writes nothing.</summary>
/// <remarks>What goes wrong is a <see cref="LabException"/> in words for the person at the terminal.</remarks>
internal sealed partial class StoreReader : IAsyncDisposable
{
    private const int MaxMessage = 256 << 20;
    private const long KeysPerPage = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly ByteString WholeKeySpace = ByteString.CopyFrom(0);

    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;

    private StoreReader(string address, TimeProvider time)
    {
        (Address, _time) = (address, time);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = MaxMessage });
    }

    /// <summary>The member that answered.</summary>
    public string Address { get; }

    /// <summary>The store's revision when it was opened.</summary>
    public long Revision { get; private set; }

    /// <summary>The first of these addresses that answers.</summary>
    /// <exception cref="LabException">None does.</exception>
    public static async Task<StoreReader> OpenAsync(IReadOnlyList<string> addresses, TimeProvider time, CancellationToken ct)
    {
        var answers = new List<string>();
        foreach (var address in addresses)
        {
            var reader = new StoreReader(address, time);
            try
            {
                var head = await reader.RangeAsync(new RangeRequest { Key = WholeKeySpace, CountOnly = true }, ct);
                reader.Revision = head.Header.Revision;
                return reader;
            }
            catch (LabException exception)
            {
                answers.Add(exception.Message);
                await reader.DisposeAsync();
            }
            catch
            {
                await reader.DisposeAsync();
                throw;
            }
        }
        throw new LabException(string.Join('\n', [.. answers, "Start a lab with `mk8s up`, or name the store with --endpoints"]));
    }

    /// <summary>What the key holds at a revision, 0 being the newest; null for nothing.</summary>
    public async Task<KeyValue?> GetAsync(ByteString key, long revision, CancellationToken ct) =>
        (await RangeAsync(new RangeRequest { Key = key, Revision = revision }, ct)).Kvs.FirstOrDefault();

    /// <summary>The keys that begin with a prefix, in order and without their values, all of one revision.</summary>
    public async IAsyncEnumerable<KeyValue> ListAsync(ByteString prefix, long revision, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new RangeRequest { Key = prefix, RangeEnd = EndOf(prefix), Revision = revision, Limit = KeysPerPage, KeysOnly = true };
        while (true)
        {
            var page = await RangeAsync(request, ct);
            foreach (var kv in page.Kvs) yield return kv;
            if (!page.More) yield break;
            if (request.Revision == 0) request.Revision = page.Header.Revision;
            request.Key = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.ShutdownAsync();
        _channel.Dispose();
    }

    private async Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await new KV.KVClient(_channel).RangeAsync(request, cancellationToken: either.Token);
        }
        catch (RpcException refusal) when (refusal is { StatusCode: StatusCode.OutOfRange, Status.Detail: var detail } && detail.EndsWith("compacted", StringComparison.Ordinal))
        {
            throw new LabException($"Revision {request.Revision} is compacted away: the store at {Address} keeps nothing older than revision {await CompactRevisionAsync(ct)}");
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.OutOfRange)
        {
            throw new LabException($"Revision {request.Revision} is in the future: the store at {Address} is at revision {Revision}");
        }
        catch (RpcException refusal)
        {
            ct.ThrowIfCancellationRequested();
            throw Refused(refusal.Status);
        }
    }

    private LabException Refused(Status status) => status.StatusCode switch
    {
        StatusCode.Unavailable => new($"No store answers at {Address} ({Cause(status)})"),
        StatusCode.Cancelled => new($"The store at {Address} did not answer within {Patience.TotalSeconds} s"),
        _ => new($"The store at {Address} refused: {status.Detail} ({status.StatusCode})"),
    };

    // The innermost reason, such as "Connection refused", says more than gRPC's own sentence.
    private static string Cause(Status status) => status.DebugException?.GetBaseException().Message ?? status.Detail;

    // The first key behind all that begin with the prefix; etcd's "\0" is the end of everything.
    private static ByteString EndOf(ByteString prefix)
    {
        for (var last = prefix.Length - 1; last >= 0; last--)
        {
            if (prefix[last] < 0xff) return ByteString.CopyFrom([.. prefix.Span[..last], (byte)(prefix[last] + 1)]);
        }
        return WholeKeySpace;
    }
}
