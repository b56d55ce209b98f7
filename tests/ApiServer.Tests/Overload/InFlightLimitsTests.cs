using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Tests.Overload;

public sealed class InFlightLimitsTests : IDisposable
{
    private static readonly UserInfo Bob = new("bob", ["system:authenticated"]);
    private static readonly UserInfo Eve = new("eve", ["system:authenticated"]);

    private readonly InFlightLimits _limits = new(new ApiServerOptions
    {
        MaxRequestsInflight = 2, MaxMutatingRequestsInflight = 1, MaxLongRunningRequestsPerUser = 2,
    });

    public void Dispose() => _limits.Dispose();

    [Theory]
    [InlineData("get", "", 2)]
    [InlineData("list", "", 2)]
    [InlineData("create", "", 1)]
    [InlineData("update", "status", 1)]
    [InlineData("patch", "", 1)]
    [InlineData("delete", "", 1)]
    [InlineData("deletecollection", "", 1)]
    [InlineData("post", "", 1)]
    [InlineData("watch", "", 2)]
    [InlineData("get", "log", 2)]
    [InlineData("create", "exec", 2)]
    public void Enter_BeyondTheLimit_IsToldToComeBackInASecond(string verb, string subresource, int limit)
    {
        for (var i = 0; i < limit; i++) Enter(Bob, verb, subresource);

        var refusal = Assert.Throws<ApiException>(() => Enter(Bob, verb, subresource));

        Assert.Equal((429, "TooManyRequests", "Too many requests, please try again later.", 1),
            (refusal.Code, refusal.Reason, refusal.Status.Message, refusal.Status.Details.RetryAfterSeconds));
    }

    [Fact]
    public void Enter_ReadsWritesAndLastingRequests_HaveTheirOwnPlaces()
    {
        Enter(Bob, "create");
        Enter(Bob, "get");
        Enter(Bob, "list");
        Enter(Bob, "watch");
        Enter(Bob, "get", "log");

        Enter(UserInfo.Admin, "create");
        Enter(UserInfo.Admin, "get");
        Enter(Eve, "watch");
        Assert.Throws<ApiException>(() => Enter(Eve, "get"));
    }

    [Fact]
    public void Enter_AfterAPlaceWasGivenBack_Succeeds()
    {
        foreach (var (verb, limit) in ((string, int)[])[("get", 2), ("create", 1), ("watch", 2)])
        {
            var taken = Enumerable.Range(0, limit).Select(_ => Enter(Bob, verb)).ToArray();
            taken[0].Dispose();
            taken[0].Dispose();     // twice gives back once

            Enter(Bob, verb);
            Assert.Throws<ApiException>(() => Enter(Bob, verb));
        }
    }

    [Fact]
    public void Enter_LimitOfZero_IsNone()
    {
        using var limits = new InFlightLimits(new ApiServerOptions
        {
            MaxRequestsInflight = 0, MaxMutatingRequestsInflight = 0, MaxLongRunningRequestsPerUser = 0,
        });

        foreach (var verb in (string[])["get", "create", "watch"])
        {
            for (var i = 0; i < 10_000; i++) limits.Enter(Bob, new(verb, "", "pods", "", "", ""));
        }
    }

    private IDisposable Enter(UserInfo user, string verb, string subresource = "") => _limits.Enter(user, new(verb, "", "pods", subresource, "", ""));
}
