using System.Globalization;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    /// <summary>Size on disk, raised alarms and who leads: always this member. There is no Raft; its indexes are the revision.</summary>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        var snapshot = store.Current;
        var response = new StatusResponse
        {
            Header = headers.Complete(new ResponseHeader { Revision = snapshot.Revision }),
            Version = EtcdVersion,
            DbSize = size.DbSize,
            DbSizeInUse = size.DbSizeInUse,
            Leader = identity.MemberId,
            RaftIndex = (ulong)snapshot.Revision,
            RaftAppliedIndex = (ulong)snapshot.Revision,
            RaftTerm = ResponseHeaders.RaftTerm,
        };
        response.Errors.AddRange(snapshot.Alarms.Select(ToText));
        return Task.FromResult(response);
    }

    // Go's way to print the message; tools look for "NOSPACE" in it.
    private string ToText(AlarmType alarm) =>
        string.Create(CultureInfo.InvariantCulture, $"memberID:{identity.MemberId} alarm:{alarm.ToString().ToUpperInvariant()} ");
}
