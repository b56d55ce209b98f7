using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Completes the headers of answers: who answers, and the revision where the answer did not set one.</summary>
internal sealed class ResponseHeaders(Identity identity, MvccStore store)
{
    /// <summary>There are no elections here; etcd clients only want it above zero.</summary>
    public const ulong RaftTerm = 2;

    /// <summary>Completes a header, or makes one.</summary>
    public ResponseHeader Complete(ResponseHeader? header = null)
    {
        header ??= new ResponseHeader();
        if (header.Revision == 0) header.Revision = store.Current.Revision;
        return Sign(header);
    }

    /// <summary>Completes the header of a watch response, whose revision may be 0.</summary>
    public ResponseHeader Sign(ResponseHeader header)
    {
        header.ClusterId = identity.ClusterId;
        header.MemberId = identity.MemberId;
        header.RaftTerm = RaftTerm;
        return header;
    }
}
