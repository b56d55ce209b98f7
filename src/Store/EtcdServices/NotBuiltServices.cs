namespace MiniK8s.Store.EtcdServices;

/// <summary>Answers every call of etcd's services that this store does not have, and says what has them. Needs no .proto of theirs.</summary>
/// <remarks>
/// etcdctl's own <c>lock</c> and <c>elect</c> are written on keys and leases, so these work. A client that has a name and a
/// password asks for a token first; it is told, as by an etcd without users, that it needs none.
/// </remarks>
internal static class NotBuiltServices
{
    private static readonly string[] _services = ["etcdserverpb.Auth", "v3lockpb.Lock", "v3electionpb.Election"];

    /// <summary>Maps all methods of the services.</summary>
    public static void MapNotBuilt(this WebApplication app)
    {
        foreach (var service in _services)
        {
            app.MapPost($"/{service}/{{method}}", context => UnknownCalls.AnswerAsync(context, EtcdErrors.NotBuilt($"{service.Split('.')[1]}.{context.Request.RouteValues["method"]}")));
        }
        app.MapPost("/etcdserverpb.Auth/Authenticate", context => UnknownCalls.AnswerAsync(context, EtcdErrors.AuthNotEnabled));
    }
}
