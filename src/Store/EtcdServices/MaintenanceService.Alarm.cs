using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    /// <summary>Lists, raises and clears alarms. Every alarm is this member's, whichever member id the request names.</summary>
    public override async Task<AlarmResponse> Alarm(AlarmRequest request, ServerCallContext context)
    {
        var response = request.Action == AlarmRequest.Types.AlarmAction.Get
            ? List(request.Alarm)
            : (await pipeline.CommitAsync(request, context.CancellationToken)).As<AlarmResponse>();
        foreach (var alarm in response.Alarms) alarm.MemberID = identity.MemberId;
        headers.Complete(response.Header);
        return response;
    }

    private AlarmResponse List(AlarmType wanted)
    {
        var snapshot = store.Current;
        var response = new AlarmResponse { Header = new ResponseHeader { Revision = snapshot.Revision } };
        var found = snapshot.Alarms.Where(alarm => wanted == AlarmType.None || alarm == wanted);
        response.Alarms.AddRange(found.Select(alarm => new AlarmMember { Alarm = alarm }));
        return response;
    }
}
