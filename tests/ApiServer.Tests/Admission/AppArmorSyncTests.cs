using MiniK8s.ApiServer.Admission.AppArmor;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Tests.Admission;

/// <summary>A new Pod's AppArmor profile, written in one of two places, stands in both.</summary>
public sealed class AppArmorSyncTests
{
    private const string Key = "container.apparmor.security.beta.kubernetes.io/c";
    private const string Warning = $"metadata.annotations[{Key}]: deprecated since v1.30; use the \"appArmorProfile\" field instead";

    // "-" is none; "Localhost p" has the profile p.
    private const string Table = """
        annotation      | container       | pod            | annotation after | container after | warned
        -               | -               | -              | -                | -               | no
        -               | RuntimeDefault  | -              | runtime/default  | RuntimeDefault  | no
        -               | Unconfined      | -              | unconfined       | Unconfined      | no
        -               | Localhost p     | -              | localhost/p      | Localhost p     | no
        -               | Localhost       | -              | -                | Localhost       | no
        -               | -               | RuntimeDefault | runtime/default  | -               | no
        -               | Unconfined      | RuntimeDefault | unconfined       | Unconfined      | no
        runtime/default | -               | -              | runtime/default  | RuntimeDefault  | yes
        unconfined      | -               | -              | unconfined       | Unconfined      | yes
        localhost/p     | -               | -              | localhost/p      | Localhost p     | yes
        runtime/default | -               | RuntimeDefault | runtime/default  | -               | no
        unconfined      | -               | RuntimeDefault | unconfined       | Unconfined      | yes
        localhost/      | -               | -              | localhost/       | -               | yes
        other           | -               | -              | other            | -               | yes
        localhost/p     | RuntimeDefault  | -              | localhost/p      | RuntimeDefault  | no
        """;

    public static TheoryData<string> Rows => [.. Table.Split('\n').Skip(1)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Mutate_ANewPod_IsTheTables(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        var pod = Pod(cells[0], cells[1], cells[2]);

        var warnings = await MutateAsync(pod, AdmissionOperation.Create);

        Assert.Equal(cells[3], pod.Metadata.Annotations.TryGetValue(Key, out var annotation) ? annotation : "-");
        Assert.Equal(cells[4], Text(pod.Spec.Containers[0].SecurityContext?.AppArmorProfile));
        Assert.Equal(cells[5] == "yes" ? [Warning] : [], warnings);
    }

    [Fact]
    public async Task Mutate_AnInitContainer_IsSyncedToo()
    {
        var pod = Pod("-", "-", "RuntimeDefault");
        pod.Spec.InitContainers.Add(new Container { Name = "i" });

        await MutateAsync(pod, AdmissionOperation.Create);

        Assert.Equal("runtime/default", pod.Metadata.Annotations["container.apparmor.security.beta.kubernetes.io/i"]);
    }

    [Theory]
    [InlineData(AdmissionOperation.Update, "")]
    [InlineData(AdmissionOperation.Create, "windows")]
    internal async Task Mutate_AnUpdateOrAPodForWindows_IsLeftAlone(AdmissionOperation operation, string os)
    {
        var pod = Pod("-", "RuntimeDefault", "-");
        if (os.Length > 0) pod.Spec.Os = new PodOS { Name = os };

        await MutateAsync(pod, operation);

        Assert.Empty(pod.Metadata.Annotations);
    }

    private static async Task<IList<string>> MutateAsync(Pod pod, AdmissionOperation operation)
    {
        var context = RequestContext.Internal();
        await new AppArmorSyncPlugin().MutateAsync(new AdmissionRequest(context, operation, ApiKinds.Of<Pod>(), "", "ns", "p", pod, null), CancellationToken.None);
        return context.Warnings;
    }

    private static Pod Pod(string annotation, string container, string pod)
    {
        var made = new Pod { Metadata = new ObjectMeta { Name = "p", Namespace = "ns" }, Spec = new PodSpec { Containers = { new Container { Name = "c" } } } };
        if (annotation != "-") made.Metadata.Annotations[Key] = annotation;
        if (container != "-") made.Spec.Containers[0].SecurityContext = new SecurityContext { AppArmorProfile = Profile(container) };
        if (pod != "-") made.Spec.SecurityContext = new PodSecurityContext { AppArmorProfile = Profile(pod) };
        return made;
    }

    private static AppArmorProfile Profile(string words)
    {
        var parts = words.Split(' ');
        var profile = new AppArmorProfile { Type = parts[0] };
        if (parts.Length > 1) profile.LocalhostProfile = parts[1];
        return profile;
    }

    private static string Text(AppArmorProfile? profile) => profile is null ? "-" : profile.HasLocalhostProfile ? $"{profile.Type} {profile.LocalhostProfile}" : profile.Type;
}
