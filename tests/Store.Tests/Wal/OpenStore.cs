using Google.Protobuf;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>A store with its log and its backend, written to without the pipeline, settled when told to.</summary>
internal sealed class OpenStore : IDisposable
{
    private readonly DataDirectory _directory;
    private readonly IBackend? _backend;
    private readonly BackendReader _reader;
    private Settler? _settler;

    public OpenStore(string path, StoreOptions options, ISegmentFiles? files = null, ILogger? logger = null, MvccStore? store = null)
    {
        Store = store ?? new MvccStore();
        _directory = DataDirectory.Open(path);
        try
        {
            _backend = BackendFile.Open(_directory, options.Backend);
            StateImport.Run(_directory, _backend, options);
            _reader = new BackendReader(_backend);
            Log = LogRecovery.Recover(_directory, _reader, Store, options, logger ?? NullLogger.Instance, files);
        }
        catch
        {
            _backend?.Dispose();
            _directory.Dispose();
            throw;
        }
    }

    public Identity Identity => Identity.Of(_directory);

    public MvccStore Store { get; }

    public WriteAheadLog Log { get; }

    public IBackend Backend => _backend!;

    public Settler Settler => _settler ??= NewSettler(Backend);

    public Settler NewSettler(IBackend backend) => new(backend, _reader, Store, _directory, Log, TimeProvider.System, NullLogger<Settler>.Instance);

    public void Commit(params IMessage[] requests)
    {
        var batch = Store.Stage();
        foreach (var request in requests) batch.Apply(request);
        if (batch.Entries.Count == 0) return;
        Log.AppendAndSync(batch.Entries);
        Store.Publish(batch);
    }

    public void Put(string key, string value) =>
        Commit(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });

    public void Compact(long revision) => Commit(new CompactionRequest { Revision = revision });

    /// <summary>Brings every sealed segment into the backend.</summary>
    public void Settle() => Settler.SettleAll(CancellationToken.None);

    public void Dispose()
    {
        _settler?.Dispose();
        _backend?.Dispose();
        Log.Dispose();
        _directory.Dispose();
    }
}
