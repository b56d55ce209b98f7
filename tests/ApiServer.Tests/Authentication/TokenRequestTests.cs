using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Authentication;

[Collection(SharedStores.Collection)]
public sealed class TokenRequestTests
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";

    [EveryStoreFact]
    public async Task Issue_NothingSaid_IsAnHourForThisServer()
    {
        await using var rig = await StartAsync();

        var token = await rig.TokenAsync();

        Assert.Equal((3600L, Issuer), (token.Spec.ExpirationSeconds, Assert.Single(token.Spec.Audiences)));
        Assert.Equal((Noon, Noon.AddHours(1)), (token.Metadata.CreationTimestamp.ToDateTimeOffset(), token.Status.ExpirationTimestamp.ToDateTimeOffset()));
        Assert.Equal(("default", "default"), (token.Metadata.Namespace, token.Metadata.Name));
        Assert.Equal(3, token.Status.Token.Split('.').Length);
    }

    [EveryStoreFact]
    public async Task Issue_WhatIsSaid_IsGranted()
    {
        await using var rig = await StartAsync();

        var token = await rig.TokenAsync(change: wanted =>
        {
            wanted.Spec.ExpirationSeconds = 600;
            wanted.Spec.Audiences.Add(["vault", "db"]);
        });

        Assert.Equal((Noon.AddMinutes(10), "vault db"), (token.Status.ExpirationTimestamp.ToDateTimeOffset(), string.Join(' ', token.Spec.Audiences)));
    }

    [EveryStoreFact]
    public async Task Issue_WhatCannotBe_IsRefusedInKubernetesWords()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new ServiceAccount { Metadata = new() { Name = "robot", Namespace = "default" } });
        var pod = await rig.CreateAsync(Pod("web"));
        const string invalid = "TokenRequest.authentication.k8s.io \"{0}\" is invalid: {1}";

        (string Account, Action<TokenRequest> Change, int Code, string Message)[] refused =
        [
            ("default", wanted => wanted.Spec.ExpirationSeconds = 599, 422,
                string.Format(invalid, "", "spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes")),
            ("default", wanted => wanted.Spec.ExpirationSeconds = (1L << 32) + 1, 422,
                string.Format(invalid, "", "spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds")),
            ("default", wanted => wanted.Metadata.Name = "robot", 422,
                string.Format(invalid, "default", "metadata.name: Invalid value: \"robot\": must match the service account name if specified")),
            ("default", wanted => wanted.Metadata.Namespace = "dev", 422,
                string.Format(invalid, "default", "metadata.namespace: Invalid value: \"dev\": must match the service account namespace if specified")),
            ("nobody", _ => { }, 404, "serviceaccounts \"nobody\" not found"),
            ("default", wanted => wanted.Spec.BoundObjectRef = To("Pod", "none"), 404, "pods \"none\" not found"),
            ("default", wanted => wanted.Spec.BoundObjectRef = To("Node", "none"), 404, "nodes \"none\" not found"),
            ("default", wanted => wanted.Spec.BoundObjectRef = To("ConfigMap", "none"), 400, "cannot bind token to object of type /v1, Kind=ConfigMap"),
            ("default", wanted => wanted.Spec.BoundObjectRef = To("Pod", "web", "other"), 409,
                "Operation cannot be fulfilled on Pod \"web\": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated"),
            ("robot", wanted => wanted.Spec.BoundObjectRef = To("Pod", "web", pod.Metadata.Uid), 400,
                "cannot bind token for serviceaccount \"robot\" to pod running with different serviceaccount name."),
        ];

        foreach (var (account, change, code, message) in refused)
        {
            var refusal = await RefusalAsync(() => rig.TokenAsync(account, change));
            Assert.Equal((code, message), (refusal.Code, refusal.Message));
        }
    }

    private static BoundObjectReference To(string kind, string name, string uid = "") => new() { ApiVersion = "v1", Kind = kind, Name = name, Uid = uid };
}
