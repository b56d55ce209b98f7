using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Images;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class ImageTests
{
    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.17.1", "docker.io/library/nginx:1.17.1")]
    [InlineData("alpine/curl", "docker.io/alpine/curl:latest")]
    [InlineData("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9")]
    [InlineData("localhost:5000/a/b:c", "localhost:5000/a/b:c")]
    public void Parse_AsUsersWriteIt_IsNormalised(string text, string full) => Assert.Equal(full, ImageReference.Parse(text)!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("nginx:")]
    [InlineData("nginx:a b")]
    public void Parse_NotAReference_IsNull(string text) => Assert.Null(ImageReference.Parse(text));

    [Theory]
    [InlineData("nginx:", "invalid reference format")]
    [InlineData("nginx:a:b", "invalid reference format")]
    [InlineData("nginx::1.25", "invalid reference format")]
    [InlineData("nginx@sha256:short", "invalid reference format")]
    [InlineData("Nginx:1.25", "invalid reference format: repository name (library/Nginx) must be lowercase")]
    [InlineData("team/Shop:1", "invalid reference format: repository name (team/Shop) must be lowercase")]
    [InlineData("example.com/Team/app", "invalid reference format: repository name (Team/app) must be lowercase")]
    public async Task ImageStatus_NotAReference_IsRefused(string image, string reason)
    {
        await using var lab = new SimLab();

        var error = await Assert.ThrowsAsync<RuntimeException>(() => lab.Runtime.ImageStatusAsync(image, default));

        Assert.Equal((RuntimeErrorCode.InvalidArgument, reason), (error.Code, error.Message));
        Assert.Null(await lab.Runtime.ImageStatusAsync("nginx:nope", default));
    }

    [Fact]
    public void Catalogue_EveryImage_HasAProgramForItsCommand()
    {
        var catalogue = new ImageCatalogue();
        foreach (var reference in new[] { "nginx", "nginx:1.17.1", "busybox:1.30", "redis", "mysql:8.0.16", "tomcat", "httpd", "k8sre/demo:v1.1", "saadali/simmemleak", "polinux/stress", "hello-world", "curlimages/curl", "postgres:16", "ubuntu:22.04" })
            Assert.NotNull(catalogue.Find(ImageReference.Parse(reference)!)?.Root);
    }

    [Theory]
    [InlineData("nginx:nope", "NotFound",
        "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:nope\": failed to resolve reference \"docker.io/library/nginx:nope\": docker.io/library/nginx:nope: not found")]
    [InlineData("nosuchimage", "Unauthorized",
        "rpc error: code = Unknown desc = failed to pull and unpack image \"docker.io/library/nosuchimage:latest\": failed to resolve reference \"docker.io/library/nosuchimage:latest\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed")]
    [InlineData("no.such.host/a:1", "RegistryUnreachable",
        "rpc error: code = Unknown desc = failed to pull and unpack image \"no.such.host/a:1\": failed to resolve reference \"no.such.host/a:1\": failed to do request: Head \"https://no.such.host/v2/a/manifests/1\": dial tcp: lookup no.such.host: no such host")]
    public async Task Pull_NoSuchImage_FailsInContainerdsWords(string image, string kind, string message)
    {
        await using var lab = new SimLab();

        var result = await lab.Runtime.PullImageAsync(image, null, SimLab.NoAnnotations, default);

        Assert.Equal(new PullError(Enum.Parse<PullErrorKind>(kind), message), result.Error);
    }

    [Fact]
    public async Task Pull_PrivateImage_NeedsItsLogin()
    {
        await using var lab = new SimLab();
        const string image = "registry.example.com/private/app:1";

        var refused = await lab.Runtime.PullImageAsync(image, new ImageAuth("minik8s", "wrong"), SimLab.NoAnnotations, default);
        var pull = lab.Runtime.PullImageAsync(image, new ImageAuth("minik8s", "secret"), SimLab.NoAnnotations, default);
        await lab.Time.WaitForTimersAsync(1);
        lab.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PullErrorKind.Unauthorized, refused.Error!.Kind);
        Assert.True((await pull.OrMissing("the pull")).Succeeded);
    }

    [Fact]
    public async Task Pull_Present_TakesNoTime()
    {
        await using var lab = new SimLab();
        await lab.PullAsync("nginx:1.17.1");

        Assert.True(lab.Runtime.PullImageAsync("docker.io/library/nginx:1.17.1", null, SimLab.NoAnnotations, default).IsCompletedSuccessfully);
        Assert.StartsWith("docker.io/library/nginx@sha256:", (await lab.Runtime.ImageStatusAsync("nginx:1.17.1", default))!.RepoDigests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Java_AskedForItsVersion_SaysItAndEnds()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("eclipse-temurin:17", "java", "-version");

        var end = await lab.EndAsync(id);

        Assert.Equal((0, "openjdk version \"17.0.2\" 2022-01-18"), (end.ExitCode, (await lab.LogAsync(id)).Split('\n')[0]));
    }

    [Theory]
    [InlineData("\"log\": [\"{time:%}\"]", "image a: p prints {time:%} is no form of a time")]
    [InlineData("\"startDelay\": \"soon\"", "image a: \"soon\" of p is not a duration")]
    public void Catalogue_ProgramThatCouldNotRun_IsRefused(string field, string reason)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("mine.json"), $$$"""{ "images": [ { "repositories": ["a"], "tags": ["1"], "programs": { "p": { {{{field}}} } } } ] }""");

        var error = Assert.Throws<InvalidDataException>(() => new ImageCatalogue(directory.Path));

        Assert.EndsWith($"mine.json: {reason}", error.Message);
    }

    [Fact]
    public void Catalogue_UsersDirectory_AddsAndWins()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("mine.json"), """{ "images": [ { "repositories": ["shop/cart", "nginx"], "tags": ["1.*"], "cmd": ["cart"] } ] }""");

        var catalogue = new ImageCatalogue(directory.Path);

        Assert.Equal(["cart"], catalogue.Find(ImageReference.Parse("shop/cart:1.2")!)!.Spec.Cmd);
        Assert.Equal(["cart"], catalogue.Find(ImageReference.Parse("nginx:1.17.1")!)!.Spec.Cmd);
        Assert.Null(catalogue.Find(ImageReference.Parse("shop/cart:2")!));
    }

    [Fact]
    public void Catalogue_MisspeltField_SaysWhereAndWhat()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("mine.json"), """{ "images": [ { "repositories": ["a"], "tags": ["1"], "entrypiont": [] } ] }""");

        var error = Assert.Throws<InvalidDataException>(() => new ImageCatalogue(directory.Path));

        Assert.Contains("mine.json is not an image catalogue", error.Message, StringComparison.Ordinal);
        Assert.Contains("entrypiont", error.Message, StringComparison.Ordinal);
    }
}
