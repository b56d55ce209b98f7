namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>kubectl auth and kubectl --as, with the whole apiserver over either store.</summary>
public sealed class KubectlAuthTests
{
    [EveryStoreFact("kubectl")]
    public async Task Reviews_AdministratorAndNobody_AreToldWhatTheyMay()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);

        Assert.Equal("admin system:masters,system:authenticated", Joined(await kubectl.OkAsync("auth whoami -o jsonpath={.status.userInfo.username},{.status.userInfo.groups}")));
        Assert.Equal("ann team,system:authenticated", Joined(await kubectl.OkAsync("auth whoami --as=ann --as-group=team -o jsonpath={.status.userInfo.username},{.status.userInfo.groups}")));
        Assert.Equal("yes\n", await kubectl.OkAsync("auth can-i delete pods"));
        Assert.Equal((1, "no\n"), await kubectl.RunAsync("auth can-i get pods --as=ann"));
        Assert.Equal((1, "Error from server (Forbidden): pods is forbidden: User \"ann\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"\n"),
            await kubectl.RunAsync("get pods --as=ann"));
        Assert.Matches(@"(?m)^\*\.\* +\[\] +\[\] +\[\*\]$", await kubectl.OkAsync("auth can-i --list"));
        Assert.DoesNotContain("*.*", await kubectl.OkAsync("auth can-i --list --as=ann"));
        Assert.Contains("the list may be incomplete: node authorizer", await kubectl.OkAsync("auth can-i --list --as=system:node:a --as-group=system:nodes"));
        Assert.Contains("MethodNotAllowed", (await kubectl.RunAsync("get --raw /apis/authorization.k8s.io/v1/selfsubjectaccessreviews")).Output);
        Assert.Equal(
            "The SelfSubjectAccessReview \"\" is invalid: spec.resourceAttributes: Invalid value: \"null\": exactly one of nonResourceAttributes or resourceAttributes must be specified\n",
            await RefusalAsync("{}"));
        Assert.Equal(
            "The SelfSubjectAccessReview \"\" is invalid: spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:\"/x\", Verb:\"get\"}: "
            + "cannot be specified in combination with resourceAttributes\n",
            await RefusalAsync("{\"resourceAttributes\":{\"verb\":\"get\"},\"nonResourceAttributes\":{\"path\":\"/x\",\"verb\":\"get\"}}"));

        async Task<string> RefusalAsync(string spec) => (await kubectl.RunAsync(
            "create --raw /apis/authorization.k8s.io/v1/selfsubjectaccessreviews -f -", $"{{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":{spec}}}")).Output;
    }

    private static string Joined(string text) => text.Replace(",[", " ", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).TrimEnd(']');
}
