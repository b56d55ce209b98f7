using System.Text;
using System.Text.Unicode;

using Google.Protobuf;

using LiteDB;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>Rows as documents: one, or several that came one after another.</summary>
/// <remarks>
/// <code>
/// { _id: 4194304, key, create_revision, mod_revision, version, lease, previous, checksum, value }
/// { _id: 8388608, versions: [ { _id: 8388608, key, ... }, { _id: 12582912, key, ... }, ... ] }      _id: at most that of its first row, once its own
/// </code>
/// LiteDB takes some 12 us and 15 KB of garbage for a document, whatever its size: a dozen rows in one cost a third of that a row.
/// Key and value are text where they are valid UTF-8, binary otherwise.
/// </remarks>
internal static class VersionDocument
{
    private const string Several = "versions";

    /// <summary>The rows as one document.</summary>
    public static BsonDocument Of(IReadOnlyList<BsonDocument> rows) =>
        rows is [var only] ? only : new BsonDocument { ["_id"] = rows[0]["_id"], [Several] = new BsonArray(rows) };

    /// <summary>Makes the document one row, whatever row it was before.</summary>
    public static void Write(BsonDocument document, BackendRow row, uint checksum)
    {
        document["_id"] = row.Id;
        document["key"] = ToValue(row.Value.Key);
        document["create_revision"] = row.Value.CreateRevision;
        document["mod_revision"] = row.Value.ModRevision;
        document["version"] = row.Value.Version;
        document["lease"] = row.Value.Lease;
        document["previous"] = row.Previous;
        document["checksum"] = (long)checksum;
        document["value"] = ToValue(row.Value.Value);
    }

    /// <summary>Lets go of the row's value, which may be large.</summary>
    public static void Forget(BsonDocument row) => row["value"] = BsonValue.Null;

    /// <summary>The document's rows, by id.</summary>
    public static IEnumerable<BsonDocument> Rows(BsonDocument document) =>
        document.TryGetValue(Several, out var rows) ? rows.AsArray.Select(row => row.AsDocument) : [document];

    /// <summary>The id of the document's last row.</summary>
    public static long LastId(BsonDocument document) => (document.TryGetValue(Several, out var rows) ? rows.AsArray[^1] : document)["_id"].AsInt64;

    /// <summary>Takes a row out; the document may be left with none.</summary>
    /// <returns>The row; null where it is not in this document.</returns>
    public static BsonDocument? Remove(BsonDocument document, long id)
    {
        if (Rows(document).FirstOrDefault(row => row["_id"].AsInt64 == id) is not { } found) return null;
        if (!document.TryGetValue(Several, out var rows)) document[Several] = new BsonArray();
        else rows.AsArray.Remove(found);
        return found;
    }

    /// <summary>Whether no row is left.</summary>
    public static bool IsEmpty(BsonDocument document) => document.TryGetValue(Several, out var rows) && rows.AsArray.Count == 0;

    /// <summary>The row, when its checksum fits.</summary>
    public static BackendRow ToRow(BsonDocument row) => new BackendRow(row["_id"].AsInt64, row["previous"].AsInt64, new KeyValue
    {
        Key = ToBytes(row["key"]),
        Value = ToBytes(row["value"]),
        CreateRevision = row["create_revision"].AsInt64,
        ModRevision = row["mod_revision"].AsInt64,
        Version = row["version"].AsInt64,
        Lease = row["lease"].AsInt64,
    }).Checked(Checksum(row));

    /// <summary>What compaction needs to know of the row.</summary>
    public static RowStub ToStub(BsonDocument row) => new(
        row["_id"].AsInt64, row["mod_revision"].AsInt64, row["previous"].AsInt64, IsTombstone: row["version"].AsInt64 == 0);

    /// <summary>Whether the row is what the revision made of the key, and no tombstone.</summary>
    public static bool IsOf(BsonDocument row, ByteString key, long revision) =>
        row["mod_revision"].AsInt64 == revision && row["version"].AsInt64 != 0 && ToBytes(row["key"]).Equals(key);

    /// <summary>The checksum that a document bears.</summary>
    public static uint Checksum(BsonDocument document) => (uint)document["checksum"].AsInt64;

    // Asked first, not tried: nearly every value of a Kubernetes cluster is binary, and an exception for each took more than all the rest of it.
    private static BsonValue ToValue(ByteString bytes) =>
        Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : bytes.ToByteArray();

    private static ByteString ToBytes(BsonValue value) =>
        value.IsString ? ByteString.CopyFromUtf8(value.AsString) : UnsafeByteOperations.UnsafeWrap(value.AsBinary);
}
