using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Tests.Images;

public sealed class PullSecretsTests
{
    // bWU6YTpi is me:a:b
    [Theory]
    [InlineData("""{"auths":{"registry.example.com":{"username":"me","password":"a:b"}}}""", "registry.example.com/private/app:1", true)]
    [InlineData("""{"auths":{"https://registry.example.com/v1/":{"auth":"bWU6YTpi"}}}""", "registry.example.com/private/app:1", true)]
    [InlineData("""{"auths":{"registry.example.com/private":{"auth":"bWU6YTpi"}}}""", "registry.example.com/private/app:1", true)]
    [InlineData("""{"auths":{"registry.example.com/other":{"auth":"bWU6YTpi"}}}""", "registry.example.com/private/app:1", false)]
    [InlineData("""{"auths":{"registry.example.com":{"auth":"bWU6YTpi"}}}""", "registry.example.com.evil/app:1", false)]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6YTpi"}}}""", "nginx:1.23", true)]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6YTpi"}}}""", "me/app:1", true)]
    [InlineData("""{"auths":{"https://index.docker.io/v1/":{"auth":"bWU6YTpi"}}}""", "registry.example.com/app:1", false)]
    [InlineData("""{"auths":{"registry.example.com":{"auth":"no base64"}}}""", "registry.example.com/private/app:1", false)]
    [InlineData("nothing", "registry.example.com/private/app:1", false)]
    public async Task For_ASecret_TakesTheLoginOfTheImagesRegistry(string content, string image, bool found)
    {
        var secrets = new PullSecrets(new FakeObjects().Secret("login", (".dockerconfigjson", content)), new EventList());

        var logins = await secrets.ForAsync(PodWith("login"), image, default);

        Assert.Equal(found ? [("me", "a:b")] : [], logins.Select(login => (login.Username, login.Password)));
    }

    [Fact]
    public async Task For_MissingSecrets_TellsAllOfThemOnceAndTakesTheRest()
    {
        var events = new EventList();
        var objects = new FakeObjects().Secret("there", (".dockercfg", """{"registry.example.com":{"username":"me","password":"x"}}"""));

        var logins = await new PullSecrets(objects, events).ForAsync(PodWith("my_harbor", "there", "other"), "registry.example.com/app", default);

        Assert.Equal([new ImageAuth("me", "x", "registry.example.com")], logins);
        Assert.Equal(
            ["Warning FailedToRetrieveImagePullSecret Unable to retrieve some image pull secrets (my_harbor, other); attempting to pull the image may not succeed."], events.Told);
    }

    private static Pod PodWith(params string[] secrets)
    {
        var pod = new Pod { Metadata = new ObjectMeta { Namespace = "default", Name = "p" }, Spec = new PodSpec() };
        pod.Spec.ImagePullSecrets.Add(secrets.Select(name => new LocalObjectReference { Name = name }));
        return pod;
    }

    private sealed class EventList : IPodEvents
    {
        public List<string> Told { get; } = [];

        public void Record(Pod pod, string type, string reason, string message, string? container = null) => Told.Add($"{type} {reason} {message}");
    }
}
