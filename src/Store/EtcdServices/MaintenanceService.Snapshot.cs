using System.Security.Cryptography;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Snapshots;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    private const int BlobBytes = 64 * 1024;

    /// <summary>The newest published state as one file, then its SHA-256. Writes go on meanwhile and are not in it.</summary>
    /// <remarks>
    /// Compaction does not overtake it: until the last byte is sent the log does not settle, so the values stay where they are. The price is that
    /// the log grows under a client that reads slowly, as etcd's database does, whose pages such a client keeps from being used again.
    /// </remarks>
    public override async Task Snapshot(SnapshotRequest request, IServerStreamWriter<SnapshotResponse> responseStream, ServerCallContext context)
    {
        using var pin = settler.Pin();
        var snapshot = store.Current;       // after the pin, which protects no older one
        var remaining = SnapshotWriter.LengthOf(snapshot);
        LogSnapshot(logger, snapshot.Revision, remaining);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in new SnapshotWriter(snapshot).Pieces())
        {
            hash.AppendData(piece.Span);
            for (var sent = 0; sent < piece.Length; sent += BlobBytes)
            {
                var blob = piece[sent..int.Min(sent + BlobBytes, piece.Length)];
                remaining -= blob.Length;
                await SendAsync(blob, remaining);
            }
        }
        await SendAsync(hash.GetHashAndReset(), 0);

        // As etcd's, the messages bear no header. Copied, for the piece's memory is written anew.
        Task SendAsync(ReadOnlyMemory<byte> blob, long left) => responseStream.WriteAsync(
            new SnapshotResponse { RemainingBytes = (ulong)left, Blob = ByteString.CopyFrom(blob.Span) }, context.CancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Sending a snapshot of revision {Revision}, {Bytes} bytes")]
    private static partial void LogSnapshot(ILogger logger, long revision, long bytes);
}
