using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Tests.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>Writes everything that a log can hold, in random order: transactions, compactions, leases, alarms.</summary>
internal sealed class RandomHistory(Random random)
{
    private readonly RandomRequests _requests = new(random);

    public void Write(OpenStore open, int writes)
    {
        for (var i = 0; i < writes; i++)
        {
            var request = Next(open.Store.Current.Revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            if (request is PutRequest put && RequestChecks.Check(put) is not null) continue;
            open.Commit(request);
        }
    }

    private IMessage Next(long revision) => random.Next(60) switch
    {
        0 or 1 => _requests.Compaction(revision),
        2 or 3 => _requests.Grant(),
        4 => _requests.Revoke(),
        5 => new AlarmRequest
        {
            // NOSPACE would have the writes that follow refused.
            Alarm = AlarmType.Corrupt,
            Action = random.Next(3) == 0 ? AlarmRequest.Types.AlarmAction.Activate : AlarmRequest.Types.AlarmAction.Deactivate,
        },
        _ => _requests.Write(revision),
    };
}
