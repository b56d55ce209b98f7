using Google.Protobuf;

using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Mvcc;

/// <summary>The keys as of one revision, with the older revisions still readable behind it.</summary>
/// <param name="Tree">The keys' histories.</param>
/// <param name="Revision">What "now" is for the reader; later versions in the tree do not exist for it.</param>
/// <param name="CompactRevision">The oldest revision that may be read; -1 before the first compaction.</param>
internal readonly record struct ReadView(KeyTree Tree, long Revision, long CompactRevision)
{
    /// <summary>What the key holds now; null when it does not exist.</summary>
    public KeyVersion? Get(ByteString key) => Tree.Find(key)?.At(Revision);

    /// <summary>The versions in the range now, in key order.</summary>
    public List<KeyVersion> List(KeyRange range)
    {
        var (found, revision) = (new List<KeyVersion>(), Revision);
        Tree.Visit(range, history =>
        {
            if (history.At(revision) is { } value) found.Add(value);
            return true;
        });
        return found;
    }

    /// <summary>Whether the revision can be read; null when it can. 0 and below mean now.</summary>
    public EtcdError? CheckReadable(long revision)
    {
        if (revision > Revision) return EtcdErrors.FutureRevision;
        return revision > 0 && revision < CompactRevision ? EtcdErrors.Compacted : null;
    }
}
