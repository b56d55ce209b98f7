using System.Text;
using System.Text.Json.Nodes;

using Microsoft.IdentityModel.JsonWebTokens;

using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Authentication;

[Collection(SharedStores.Collection)]
public sealed class TokenAuthenticatorTests
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";

    [EveryStoreFact]
    public async Task Token_OfAnAccount_IsThatAccount()
    {
        await using var rig = await StartAsync();
        var account = await rig.GetAsync<ServiceAccount>("default", "default");

        var verdict = await JudgeAsync(rig, (await rig.TokenAsync()).Status.Token);

        var accepted = Assert.IsType<TokenVerdict.Accepted>(verdict);
        Assert.Equal(("system:serviceaccount:default:default", account.Metadata.Uid), (accepted.User.Name, accepted.User.Uid));
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"], accepted.User.Groups);
        var (name, values) = Assert.Single(accepted.User.Extra);
        Assert.Equal("authentication.kubernetes.io/credential-id", name);
        Assert.Matches("^JTI=[0-9a-f-]{36}$", Assert.Single(values));
        Assert.Equal((Issuer, Noon.AddHours(1).AddMinutes(1)), (Assert.Single(accepted.Audiences), accepted.Ends));
    }

    [EveryStoreFact]
    public async Task Token_BoundToAPod_TellsPodAndNode()
    {
        await using var rig = await StartAsync();
        var node = await rig.CreateAsync(new Node { Metadata = new() { Name = "node-1" } });
        var pod = await rig.CreateAsync(Pod("web"));
        await rig.BindAsync("web", "node-1");

        var accepted = (TokenVerdict.Accepted)await JudgeAsync(rig, await BoundAsync(rig, "Pod", "web"));

        Assert.Equal(
            [
                ("authentication.kubernetes.io/node-name", "node-1"), ("authentication.kubernetes.io/node-uid", node.Metadata.Uid),
                ("authentication.kubernetes.io/pod-name", "web"), ("authentication.kubernetes.io/pod-uid", pod.Metadata.Uid),
            ],
            accepted.User.Extra.Skip(1).Select(each => (each.Key, Assert.Single(each.Value))));
    }

    [EveryStoreFact]
    public async Task Token_WithinAMinuteOfItsTimes_IsAccepted()
    {
        await using var rig = await StartAsync();
        var token = (await rig.TokenAsync()).Status.Token;

        rig.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.IsType<TokenVerdict.Accepted>(await JudgeAsync(rig, token));

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(rig, token, "[invalid bearer token, service account token has expired]");
    }

    [EveryStoreFact]
    public async Task Token_FromTheFuture_IsRefused()
    {
        await using var rig = await StartAsync();
        var token = Signed(rig, Claims() with { NotBefore = Noon.AddSeconds(61).ToUnixTimeSeconds() });

        await RefusedAsync(rig, token, "[invalid bearer token, service account token is not valid yet]");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(rig, token, "[invalid bearer token, serviceaccounts \"robot\" not found]");
    }

    [EveryStoreFact]
    public async Task Token_ForOthers_IsAcceptedWhereTheyAsk()
    {
        await using var rig = await StartAsync();
        var token = (await rig.TokenAsync(change: wanted => wanted.Spec.Audiences.Add(["vault", "db"]))).Status.Token;

        var accepted = (TokenVerdict.Accepted)await rig.Service<TokenAuthenticator>().AuthenticateAsync(token, ["db", "mail"], default);
        Assert.Equal("db", Assert.Single(accepted.Audiences));
        await RefusedAsync(rig, token, $"[invalid bearer token, token audiences [\"vault\" \"db\"] is invalid for the target audiences [\"{Issuer}\"]]");
    }

    [EveryStoreFact]
    public async Task Token_ThatThisClusterNeverMade_IsRefused()
    {
        await using var rig = await StartAsync();
        var good = (await rig.TokenAsync()).Status.Token;
        var parts = good.Split('.');
        var stranger = new JsonWebTokenHandler().CreateToken(Claims().ToJson(), new TokenKeys(new ApiServerOptions()).Signing);
        var unsigned = $"{Base64("{\"alg\":\"none\"}")}.{parts[1]}.";
        var changed = $"{parts[0]}.{Base64(Claims().ToJson())}.{parts[2]}";

        await RefusedAsync(rig, "", "invalid bearer token");
        await RefusedAsync(rig, "hunter2", "invalid bearer token");
        await RefusedAsync(rig, "a.b.c", "invalid bearer token");
        await RefusedAsync(rig, Signed(rig, Claims() with { Issuer = "https://elsewhere" }), "invalid bearer token");
        await RefusedAsync(rig, new JsonWebTokenHandler().CreateToken((Claims() with { Issuer = "https://elsewhere" }).ToJson(), new TokenKeys(new ApiServerOptions()).Signing), "invalid bearer token");
        await RefusedAsync(rig, stranger, "[invalid bearer token, invalid signature, no keys found]");
        await RefusedAsync(rig, unsigned, "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]");
        await RefusedAsync(rig, changed, "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]");
        await RefusedAsync(rig, Signed(rig, Claims() with { Kubernetes = null }), "[invalid bearer token, service account token claims could not be validated due to unexpected private claim]");
    }

    [EveryStoreFact]
    public async Task Token_ThatOurKeySignedButSaysTooLittleOrTooMuch_IsRefused()
    {
        await using var rig = await StartAsync();
        const string unexpected = "[invalid bearer token, service account token claims could not be validated due to unexpected private claim]";
        var good = JsonNode.Parse(Claims().ToJson())!.AsObject();

        foreach (var (name, value) in ((string, string)[])[("aud", "null"), ("kubernetes.io", "{\"namespace\":\"default\"}"), ("kubernetes.io", "7")])
        {
            var claims = good.DeepClone().AsObject();
            claims[name] = JsonNode.Parse(value);
            await RefusedAsync(rig, new JsonWebTokenHandler().CreateToken(claims.ToJsonString(), rig.Service<TokenKeys>().Signing), unexpected);
        }
        await RefusedAsync(rig, Signed(rig, Claims() with { Expires = long.MaxValue }), "[invalid bearer token, serviceaccounts \"robot\" not found]");
        await RefusedAsync(rig, Signed(rig, Claims() with { NotBefore = long.MaxValue }), "[invalid bearer token, service account token is not valid yet]");
        await RefusedAsync(rig, Signed(rig, Claims() with { Expires = long.MinValue }), "[invalid bearer token, service account token has expired]");
    }

    [EveryStoreFact]
    public async Task Token_OfAnAccountThatTheCacheDoesNotKnowYet_IsAccepted()
    {
        await using var rig = await StartAsync();
        await AccountAsync(rig);
        await rig.SettledAsync();
        await rig.DeleteAsync<ServiceAccount>("default", "robot");
        await AccountAsync(rig);

        // Whether the cache is behind or not: the token is of the account that there is.
        Assert.IsType<TokenVerdict.Accepted>(await JudgeAsync(rig, (await rig.TokenAsync("robot")).Status.Token));
    }

    [EveryStoreFact]
    public async Task Token_WhoseAccountIsGone_IsVoid()
    {
        await using var rig = await StartAsync();
        var first = await AccountAsync(rig);
        var token = (await rig.TokenAsync("robot")).Status.Token;

        await rig.DeleteAsync<ServiceAccount>("default", "robot");
        await rig.SettledAsync();
        await RefusedAsync(rig, token, "[invalid bearer token, serviceaccounts \"robot\" not found]");

        var second = await AccountAsync(rig);
        await RefusedAsync(rig, token, $"[invalid bearer token, service account UID ({second.Metadata.Uid}) does not match claim ({first.Metadata.Uid})]");
    }

    [EveryStoreFact]
    public async Task Token_WhoseAccountWaitsForAFinalizer_IsVoidAMinuteLater()
    {
        await using var rig = await StartAsync();
        await AccountAsync(rig, account => account.Metadata.Finalizers.Add("example.com/keep"));
        var token = (await rig.TokenAsync("robot")).Status.Token;

        await rig.DeleteAsync<ServiceAccount>("default", "robot");
        await rig.SettledAsync();
        Assert.IsType<TokenVerdict.Accepted>(await JudgeAsync(rig, token));

        rig.Time.Advance(TimeSpan.FromSeconds(61));
        await RefusedAsync(rig, token, "[invalid bearer token, service account default/robot has been deleted]");
    }

    [EveryStoreFact]
    public async Task Token_WhoseBoundObjectIsGone_IsVoid()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.CreateAsync(new Secret { Metadata = new() { Name = "key", Namespace = "default" } });
        await rig.CreateAsync(new Node { Metadata = new() { Name = "node-1" } });
        string[] tokens = [await BoundAsync(rig, "Pod", "web"), await BoundAsync(rig, "Secret", "key"), await BoundAsync(rig, "Node", "node-1")];
        foreach (var token in tokens) Assert.IsType<TokenVerdict.Accepted>(await JudgeAsync(rig, token));

        await rig.DeleteAsync<Pod>("default", "web");
        await rig.DeleteAsync<Secret>("default", "key");
        await rig.DeleteAsync<Node>("", "node-1");
        await rig.SettledAsync();

        foreach (var token in tokens) await RefusedAsync(rig, token, "[invalid bearer token, service account token has been invalidated]");
    }

    [EveryStoreFact]
    public async Task Token_WhoseBoundObjectIsAnother_IsVoid()
    {
        await using var rig = await StartAsync();
        var first = await rig.CreateAsync(Pod("web"));
        var token = await BoundAsync(rig, "Pod", "web");

        await rig.DeleteAsync<Pod>("default", "web");
        await rig.SettledAsync();
        var second = await rig.CreateAsync(Pod("web"));

        await RefusedAsync(rig, token, $"[invalid bearer token, pod UID ({second.Metadata.Uid}) does not match service account pod ref claim ({first.Metadata.Uid})]");
    }

    private static ValueTask<TokenVerdict> JudgeAsync(RegistryRig rig, string token) => rig.Service<TokenAuthenticator>().AuthenticateAsync(token, default);

    private static async Task RefusedAsync(RegistryRig rig, string token, string text) =>
        Assert.Equal(text, Assert.IsType<TokenVerdict.Refused>(await JudgeAsync(rig, token)).Text);

    private static async Task<string> BoundAsync(RegistryRig rig, string kind, string name) =>
        (await rig.TokenAsync(change: wanted => wanted.Spec.BoundObjectRef = new() { ApiVersion = "v1", Kind = kind, Name = name })).Status.Token;

    private static Task<ServiceAccount> AccountAsync(RegistryRig rig, Action<ServiceAccount>? change = null)
    {
        var account = new ServiceAccount { Metadata = new() { Name = "robot", Namespace = "default" } };
        change?.Invoke(account);
        return rig.CreateAsync(account);
    }

    private static string Signed(RegistryRig rig, TokenClaims claims) => new JsonWebTokenHandler().CreateToken(claims.ToJson(), rig.Service<TokenKeys>().Signing);

    private static TokenClaims Claims() => new()
    {
        Issuer = Issuer, Audiences = [Issuer], NotBefore = Noon.ToUnixTimeSeconds(), Expires = Noon.AddHours(1).ToUnixTimeSeconds(),
        Kubernetes = new("default", new("robot", "1")),
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
