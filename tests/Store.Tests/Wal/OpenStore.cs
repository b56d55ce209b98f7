using Google.Protobuf;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>A store with its log, written to without the pipeline.</summary>
internal sealed class OpenStore : IDisposable
{
    private readonly DataDirectory _directory;
    private readonly LogTrimmer _trimmer;

    public OpenStore(string path, StoreOptions options, ISegmentFiles? files = null, ILogger? logger = null)
    {
        _directory = DataDirectory.Open(path);
        try
        {
            Log = LogRecovery.Recover(_directory, Store, options, logger ?? NullLogger.Instance, files);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
        _trimmer = new LogTrimmer(_directory, Store, Log, options, NullLogger<LogTrimmer>.Instance);
    }

    public MvccStore Store { get; } = new();

    public WriteAheadLog Log { get; }

    public void Commit(params IMessage[] requests)
    {
        var batch = Store.Stage();
        foreach (var request in requests) batch.Apply(request);
        if (batch.Entries.Count == 0) return;
        Log.AppendAndSync(batch.Entries);
        Store.Publish(batch);
    }

    public void Put(string key, string value) => Commit(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });

    public void Compact(long revision) => Commit(new CompactionRequest { Revision = revision });

    public void Trim() => _trimmer.Trim();

    public void Dispose()
    {
        _trimmer.Dispose();
        Log.Dispose();
        _directory.Dispose();
    }
}
