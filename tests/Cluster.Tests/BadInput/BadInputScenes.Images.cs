namespace MiniK8s.Cluster.Tests.BadInput;

// What containers are made of.
internal static partial class BadInputScenes
{
    private static IEnumerable<KeyValuePair<string, BadInputScene>> Images()
    {
        yield return Scene("an image's name with a capital", Image("image-capital", "Busybox:1.36"), async pod =>
        {
            await IsNoNameAsync(pod, "Busybox:1.36", "invalid reference format: repository name (library/Busybox) must be lowercase");
            await pod.Scene.RowAsync("0/1", "InvalidImageName");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
        });
        yield return Scene("an image's name with two tags", Image("image-tags", "busybox:1.36:latest"), async pod =>
        {
            await IsNoNameAsync(pod, "busybox:1.36:latest", "invalid reference format");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
        });
        yield return Scene("an image without that tag", Image("image-tag", "busybox:nope"), async pod =>
        {
            await CannotBePulledAsync(pod, "busybox:nope", "NotFound", "docker.io/library/busybox:nope", "docker.io/library/busybox:nope: not found");
            await pod.Scene.RowAsync("0/1", "ImagePullBackOff");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
        });
        yield return Scene("an image that does not exist", Image("image-unknown", "nosuch/app:1"), async pod =>
        {
            await CannotBePulledAsync(
                pod, "nosuch/app:1", "Unknown", "docker.io/nosuch/app:1",
                "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
        });
        yield return Scene("an image from a registry that does not exist", Image("image-registry", "no.such.host/app:1"), async pod =>
        {
            await CannotBePulledAsync(
                pod, "no.such.host/app:1", "Unknown", "no.such.host/app:1", "failed to do request: Head \"https://no.such.host/v2/app/manifests/1\": dial tcp: lookup no.such.host: no such host");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
        });
        yield return Scene("an init container's image without that tag", Pod("image-init", "", "initContainers: [{name: first, image: 'busybox:nope', command: ['true']}]"), async pod =>
        {
            await CannotBePulledAsync(pod, "busybox:nope", "NotFound", "docker.io/library/busybox:nope", "docker.io/library/busybox:nope: not found", container: "first");
            await pod.WaitsAsync("PodInitializing", "");
            await pod.Scene.RowAsync("0/1", "Init:ImagePullBackOff");
            await pod.SetImageAsync("busybox:1.36", container: "first");
            await pod.HealsAsync();
        });
        yield return Scene("an image that may not be pulled and is not there", Pod("image-never", "percona:8.0", $"imagePullPolicy: Never, {Sleeping}", OnNode2), async pod =>
        {
            const string message = "Container image \"percona:8.0\" is not present with pull policy of Never";
            await pod.WaitsAsync("ErrImageNeverPull", message);
            await pod.WarnedAsync("ErrImageNeverPull", message);
            await pod.WarnedAsync("Failed", "Error: ErrImageNeverPull");
            await pod.CreateAsync(Pod("image-never-puller", "percona:8.0", Sleeping, OnNode2));
            await pod.HealsAsync();
            await pod.KubectlAsync("delete", "pod", "image-never-puller", "--force", "--grace-period=0");
        });
        yield return Scene(
            "a private image without its Secret", Pod("image-private", "registry.example.com/private/app:2", Sleeping, "imagePullSecrets: [{name: image-private}]"), async pod =>
        {
            await CannotBePulledAsync(
                pod, "registry.example.com/private/app:2", "Unknown", "registry.example.com/private/app:2",
                "failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized");
            await LacksItsSecretAsync(pod);
            await pod.KubectlAsync("create", "secret", "docker-registry", "image-private", "--docker-server=registry.example.com", "--docker-username=minik8s", "--docker-password=secret");
            await pod.HealsAsync();
        });
        yield return Scene("a public image without its Secret", Pod("image-public", "", "imagePullSecrets: [{name: image-public}]"), async pod =>
        {
            await pod.HealsAsync();
            await LacksItsSecretAsync(pod);
        });
    }

    private static string Image(string name, string image) => Pod(name, image, Sleeping, "");

    private static async Task IsNoNameAsync(BadPod pod, string image, string reason)
    {
        var message = $"Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": {reason}";
        await pod.WaitsAsync("InvalidImageName", message);
        await pod.WarnedAsync("InspectFailed", message);
        await pod.WarnedAsync("Failed", "Error: InvalidImageName");
    }

    private static async Task CannotBePulledAsync(BadPod pod, string image, string code, string full, string reason, string container = "main")
    {
        var message = $"rpc error: code = {code} desc = failed to pull and unpack image \"{full}\": failed to resolve reference \"{full}\": {reason}";
        await pod.WaitsAsync("ErrImagePull", message, container);
        await pod.ToldAsync("Pulling", $"Pulling image \"{image}\"");
        await pod.WarnedAsync("Failed", $"Failed to pull image \"{image}\": {message}");
        await pod.WarnedAsync("Failed", "Error: ErrImagePull");

        await pod.WaitsAsync("ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {message}", container);
        await pod.ToldAsync("BackOff", $"Back-off pulling image \"{image}\"");
        await pod.WarnedAsync("Failed", "Error: ImagePullBackOff");
    }

    private static Task LacksItsSecretAsync(BadPod pod) => pod.WarnedAsync(
        "FailedToRetrieveImagePullSecret", $"Unable to retrieve some image pull secrets ({pod.Name}); attempting to pull the image may not succeed.");
}
