using Microsoft.Extensions.Logging;

using MiniK8s.ApiServer.Audit;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Audit;

public sealed class AuditPolicyTests
{
    [Theory]
    [InlineData("/healthz", 200, false)]
    [InlineData("/livez/ping", 200, false)]
    [InlineData("/metrics", 200, false)]
    [InlineData("/grpc.health.v1.Health/Watch", 200, false)]
    [InlineData("/metrics", 403, true)]
    [InlineData("/readyz", 500, true)]
    [InlineData("/healthz", 0, true)]
    [InlineData("/healthzz", 200, true)]
    [InlineData("/version", 200, true)]
    [InlineData("/api/v1/pods", 200, true)]
    [InlineData("/minik8s.v1.Pods/List", 200, true)]
    public void Keeps_EveryRecordButAnsweredProbes(string path, int code, bool kept) =>
        Assert.Equal(kept, AuditPolicy.Keeps(new AuditRecord { Path = path, Code = code }));

    [Theory]
    [InlineData("alice", "create", 201, LogLevel.Information)]
    [InlineData("alice", "deletecollection", 200, LogLevel.Information)]
    [InlineData("alice", "patch", 409, LogLevel.Information)]
    [InlineData("alice", "get", 200, LogLevel.Debug)]
    [InlineData("alice", "list", 410, LogLevel.Debug)]
    [InlineData("alice", "watch", 200, LogLevel.Debug)]
    [InlineData("alice", "get", 403, LogLevel.Information)]
    [InlineData("", "get", 401, LogLevel.Information)]
    [InlineData("alice", "list", 429, LogLevel.Information)]
    [InlineData("alice", "get", 500, LogLevel.Warning)]
    [InlineData("alice", "create", 503, LogLevel.Warning)]
    [InlineData("system:node:a", "update", 200, LogLevel.Debug)]
    [InlineData("system:kube-scheduler", "create", 201, LogLevel.Debug)]
    [InlineData("system:kube-controller-manager", "delete", 404, LogLevel.Debug)]
    [InlineData("system:node:a", "update", 403, LogLevel.Information)]
    [InlineData("system:node:a", "update", 500, LogLevel.Warning)]
    [InlineData("system:admin", "update", 200, LogLevel.Information)]
    public void LevelOf_FollowsTheTable(string user, string verb, int code, LogLevel level) =>
        Assert.Equal(level, AuditPolicy.LevelOf(new AuditRecord { User = user, Verb = verb, Code = code }));
}
