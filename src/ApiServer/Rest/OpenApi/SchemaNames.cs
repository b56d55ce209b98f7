using Google.Protobuf.Reflection;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>What types are called in the published documents.</summary>
internal static class SchemaNames
{
    /// <summary>A moment in whole seconds.</summary>
    public const string Time = "io.k8s.apimachinery.pkg.apis.meta.v1.Time";

    /// <summary>A moment in microseconds.</summary>
    public const string MicroTime = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime";

    /// <summary>An amount of a resource.</summary>
    public const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";

    /// <summary>An integer or a string.</summary>
    public const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private const string Domain = "k8s.io.";

    /// <summary>A message's name: its own, with the domain turned round: <c>io.k8s.api.core.v1.Pod</c>.</summary>
    public static string Of(MessageDescriptor message) =>
        message.FullName.StartsWith(Domain, StringComparison.Ordinal) ? "io.k8s." + message.FullName[Domain.Length..] : message.FullName;
}
