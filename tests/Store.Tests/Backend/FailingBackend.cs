using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Backend;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>A backend on a disk that refuses everything from the nth change on.</summary>
internal sealed class FailingBackend(IBackend inner, int calls) : IBackend
{
    private int _left = calls;

    public string Name => inner.Name;

    public string File => inner.File;

    public long FileBytes => inner.FileBytes;

    public long UsedBytes => inner.UsedBytes;

    public void Mend() => _left = int.MaxValue;

    public BackendMeta? ReadMeta() => inner.ReadMeta();

    public IEnumerable<BackendRow> ReadRows() => inner.ReadRows();

    public IEnumerable<BackendItem> ReadItems() => inner.ReadItems();

    public List<RowStub> ReadStubs(long from, int limit) => inner.ReadStubs(from, limit);

    public KeyValue? Find(ByteString key, long revision) => inner.Find(key, revision);

    public void Begin() => Count().Begin();

    public void Insert(BackendRow row, uint checksum) => Count().Insert(row, checksum);

    public uint? Delete(long id) => Count().Delete(id);

    public void Insert(BackendItem item, uint checksum) => Count().Insert(item, checksum);

    public uint? Delete(BackendItemKind kind, long id) => Count().Delete(kind, id);

    public void Write(BackendMeta meta) => Count().Write(meta);

    public void Commit() => Count().Commit();

    public void Rollback() => inner.Rollback();

    public void Defragment() => inner.Defragment();

    public void Dispose()
    {
        // The one inside has its own owner.
    }

    private IBackend Count() => --_left >= 0 ? inner : throw new IOException("No space left on device");
}
