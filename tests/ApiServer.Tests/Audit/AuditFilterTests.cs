using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Audit;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Audit;

public sealed class AuditFilterTests
{
    private static readonly AuditRecord Record = new()
    {
        Verb = "create", User = "alice", Object = new() { Resource = "pods", Namespace = "team", Name = "web" },
    };

    [Theory]
    [InlineData("", "", "", "", true)]
    [InlineData("create", "Pod", "team", "alice", true)]
    [InlineData("get,create", "Node,pods", "other,team", "bob,alice", true)]
    [InlineData("get", "", "", "", false)]
    [InlineData("", "nodes", "", "", false)]
    [InlineData("", "", "other", "", false)]
    [InlineData("", "", "", "bob", false)]
    [InlineData("create", "Pod", "team", "bob", false)]
    public void Includes_NeedsEveryGivenFieldToFitByOneOfItsValues(string verbs, string kinds, string namespaces, string users, bool included) =>
        Assert.Equal(included, Filter(verbs, kinds, namespaces, users).Includes(Record));

    [Fact]
    public void Includes_PathsAreOfNoKindAndNoNamespace()
    {
        var page = new AuditRecord { Verb = "get", User = "alice", Path = "/version" };

        Assert.True(Filter("get", "", "", "").Includes(page));
        Assert.False(Filter("", "Pod", "", "").Includes(page));
        Assert.False(Filter("", "", "team", "").Includes(page));
    }

    [Fact]
    public void Constructor_KindNobodyKnows_IsRefused() =>
        Assert.Equal("no kind is named \"Widget\"", Assert.Throws<ApiException>(() => Filter("", "Widget", "", "")).Status.Message);

    private static AuditFilter Filter(string verbs, string kinds, string namespaces, string users) => new(new WatchAuditRequest
    {
        Verbs = { Words(verbs) }, Kinds = { Words(kinds) }, Namespaces = { Words(namespaces) }, Users = { Words(users) },
    });

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
