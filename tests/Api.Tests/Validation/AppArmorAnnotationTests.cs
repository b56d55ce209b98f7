using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Validation;

/// <summary>The annotations that named AppArmor profiles before there was a field.</summary>
public sealed class AppArmorAnnotationTests
{
    [Theory]
    [InlineData("c", "runtime/default", null)]
    [InlineData("c", "unconfined", null)]
    [InlineData("c", "localhost/my-profile", null)]
    [InlineData("c", "localhost/", null)]
    [InlineData("c", "", null)]
    [InlineData("i", "unconfined", null)]
    [InlineData("other", "unconfined", "Invalid value: \"other\": container not found")]
    [InlineData("c", "docker/default", "Invalid value: \"docker/default\": invalid AppArmor profile name: \"docker/default\"")]
    public void Validate_Annotation_IsOfAContainerAndNamesAProfile(string container, string profile, string? error)
    {
        var pod = new Pod { Metadata = new ObjectMeta { Name = "p", Namespace = "ns" }, Spec = new PodSpec { Containers = { new Container { Name = "c" } }, InitContainers = { new Container { Name = "i" } } } };
        pod.Metadata.Annotations[AppArmorAnnotations.Prefix + container] = profile;

        var errors = PodValidation.Validate(pod).Select(each => each.ToString()).Where(text => text.StartsWith("metadata.annotations", StringComparison.Ordinal));

        Assert.Equal(error is null ? [] : [$"metadata.annotations[container.apparmor.security.beta.kubernetes.io/{container}]: {error}"], errors);
    }

    [Theory]
    [InlineData("unconfined", "Unconfined", "")]
    [InlineData("runtime/default", "RuntimeDefault", "")]
    [InlineData("localhost/a/b", "Localhost", "a/b")]
    public void ProfileOf_AndValueOf_AreEachOthersReverse(string value, string type, string localhost)
    {
        var profile = AppArmorAnnotations.ProfileOf(value)!;

        Assert.Equal((type, localhost), (profile.Type, profile.LocalhostProfile));
        Assert.Equal(value, AppArmorAnnotations.ValueOf(profile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost/")]
    [InlineData("docker/default")]
    public void ProfileOf_NoProfile_IsNull(string value) => Assert.Null(AppArmorAnnotations.ProfileOf(value));
}
