using Microsoft.AspNetCore.Http;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Rest.Serving;

namespace MiniK8s.ApiServer.Tests.Authorization;

public sealed class ImpersonationTests
{
    private readonly RestServer.RuleBook _rules = new();

    [Theory]
    [InlineData("ann", "", "ann", "system:authenticated")]
    [InlineData("ann", "team", "ann", "team system:authenticated")]
    [InlineData("ann", "team system:unauthenticated", "ann", "team system:unauthenticated")]
    [InlineData("system:anonymous", "", "system:anonymous", "system:unauthenticated")]
    [InlineData("system:serviceaccount:dev:robot", "", "system:serviceaccount:dev:robot", "system:serviceaccounts system:serviceaccounts:dev system:authenticated")]
    public void ActingAs_WhoeverIsAllowed_IsThatUser(string user, string groups, string name, string expected)
    {
        var other = new Impersonation(_rules).ActingAs(UserInfo.Admin, Headers(user, groups));

        Assert.Equal((name, expected), (other!.Name, string.Join(' ', other.Groups)));
    }

    [Fact]
    public void ActingAs_EveryHeader_IsAskedFor()
    {
        var headers = Headers("system:serviceaccount:dev:robot", "team");
        headers["Impersonate-Uid"] = "7";
        headers["Impersonate-Extra-Scopes"] = "view";

        new Impersonation(_rules).ActingAs(UserInfo.Admin, headers);

        Assert.Equal(
            ["serviceaccounts dev/robot", "groups /team", "authentication.k8s.io uids /7", "authentication.k8s.io userextras/scopes /view"],
            _rules.Asked.Select(asked => $"{asked.ApiGroup} {asked.Resource}/{asked.Subresource}".Trim(' ', '/') + $" {asked.Namespace}/{asked.Name}"));
        Assert.All(_rules.Asked, asked => Assert.Equal("impersonate", asked.Verb));
    }

    [Fact]
    public void ActingAs_UidAndExtra_AreTakenOver()
    {
        var headers = Headers("ann", "");
        headers["Impersonate-Uid"] = "7";
        headers["Impersonate-Extra-Example.com%2Fscopes"] = new(["view", "edit"]);

        var other = new Impersonation(_rules).ActingAs(UserInfo.Admin, headers);

        Assert.Equal(("7", "example.com/scopes"), (other!.Uid, Assert.Single(other.Extra.Keys)));
        Assert.Equal(["view", "edit"], other.Extra["example.com/scopes"]);
    }

    [Fact]
    public void ActingAs_HeadersThatStandTwice_AreTheFirstOrBoth()
    {
        var headers = Headers("ann", "");
        headers["Impersonate-User"] = new(["ann", "bob"]);
        headers["Impersonate-Uid"] = new(["7", "8"]);
        headers["Impersonate-Extra-scopes"] = "view";
        headers["Impersonate-Extra-%73copes"] = "edit";

        var other = new Impersonation(_rules).ActingAs(UserInfo.Admin, headers);

        Assert.Equal(("ann", "7", "view edit"), (other!.Name, other.Uid, string.Join(' ', other.Extra["scopes"].Order().Reverse())));
        Assert.Equal(["ann", "7", "view", "edit"], _rules.Asked.Select(asked => asked.Name));
    }

    [Fact]
    public void ActingAs_WhoeverIsNotAllowed_IsForbidden()
    {
        _rules.Allows = asked => asked.Resource != "groups";

        var refusal = Assert.Throws<ApiException>(() => new Impersonation(_rules).ActingAs(UserInfo.Anonymous, Headers("ann", "team")));

        Assert.Equal("groups \"team\" is forbidden: User \"system:anonymous\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope", refusal.Status.Message);
    }

    [Fact]
    public void ActingAs_NoHeaders_IsNobodyElse() => Assert.Null(new Impersonation(_rules).ActingAs(UserInfo.Admin, new HeaderDictionary()));

    [Fact]
    public void ActingAs_GroupsWithoutUser_IsRefused() =>
        Assert.Equal(500, Assert.Throws<ApiException>(() => new Impersonation(_rules).ActingAs(UserInfo.Admin, Headers("", "team"))).Code);

    private static HeaderDictionary Headers(string user, string groups)
    {
        var headers = new HeaderDictionary();
        if (user.Length > 0) headers["Impersonate-User"] = user;
        if (groups.Length > 0) headers["Impersonate-Group"] = groups.Split(' ');
        return headers;
    }
}
