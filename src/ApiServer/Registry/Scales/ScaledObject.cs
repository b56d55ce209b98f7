using System.Globalization;
using System.Text.Json.Nodes;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Selectors;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Autoscaling.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Scales;

/// <summary>An object of any kind that declares the subresource scale, seen as its Scale: spec.replicas, spec.selector and status.replicas.</summary>
internal static class ScaledObject
{
    private static readonly string[] Identity = ["name", "namespace", "uid", "resourceVersion"];

    /// <summary>The object's Scale.</summary>
    public static Scale ScaleOf(IApiObject obj)
    {
        var (metadata, spec, status) = (obj.Metadata, Part(obj, "spec"), Part(obj, "status"));
        return new Scale
        {
            Metadata = new()
            {
                Name = metadata.Name, Namespace = metadata.Namespace, Uid = metadata.Uid, ResourceVersion = metadata.ResourceVersion,
                CreationTimestamp = metadata.CreationTimestamp,
            },
            Spec = new() { Replicas = (int)Field(spec, "replicas").Accessor.GetValue(spec) },
            Status = new()
            {
                Replicas = (int)Field(status, "replicas").Accessor.GetValue(status),
                Selector = LabelQuery.From((LabelSelector?)Field(spec, "selector").Accessor.GetValue(spec)).ToString(),
            },
        };
    }

    /// <summary>Gives the object the replicas of a Scale. The Scale's version and uid, where it has them, become the object's, and so preconditions.</summary>
    /// <exception cref="ApiException">400: it is the Scale of another object; 422: the number is negative.</exception>
    public static IApiObject Scaled(IApiObject obj, Scale scale)
    {
        var wanted = scale.Metadata;
        if (wanted.Name != obj.Metadata.Name)
            throw StatusErrors.BadRequest($"the name of the object ({wanted.Name}) does not match the name on the URL ({obj.Metadata.Name})");
        CheckReplicas(wanted.Name, scale.Spec.Replicas);
        var spec = Part(obj, "spec");
        Field(spec, "replicas").Accessor.SetValue(spec, scale.Spec.Replicas);
        obj.Metadata.ResourceVersion = wanted.ResourceVersion;
        if (wanted.Uid.Length > 0) obj.Metadata.Uid = wanted.Uid;
        return obj;
    }

    /// <summary>What to apply to an object of a kind so that its Scale is as a configuration of it says: its replicas, and which object is meant.</summary>
    /// <exception cref="ApiException">422: the number is negative.</exception>
    public static JsonObject ConfigurationOf(ApiKind kind, JsonObject scale)
    {
        var (metadata, replicas) = (scale["metadata"] as JsonObject ?? [], (scale["spec"] as JsonObject)?["replicas"]);
        if (int.TryParse(replicas?.ToJsonString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var wanted)) CheckReplicas((string?)metadata["name"] ?? "", wanted);
        var identity = Identity.Where(metadata.ContainsKey).Select(name => KeyValuePair.Create(name, metadata[name]?.DeepClone()));
        var configuration = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject(identity) };
        if (replicas is not null) configuration["spec"] = new JsonObject { ["replicas"] = replicas.DeepClone() };
        return configuration;
    }

    private static void CheckReplicas(string name, int replicas)
    {
        if (replicas >= 0) return;
        FieldErrorList errors = [];
        errors.Add(FieldError.Invalid(FieldPath.Of("spec", "replicas"), replicas, "must be greater than or equal to 0"));
        throw StatusErrors.Invalid("autoscaling", "Scale", name, errors);
    }

    private static IMessage Part(IApiObject obj, string name) => (IMessage)Field(obj, name).Accessor.GetValue(obj);

    private static FieldDescriptor Field(IMessage message, string name) => message.Descriptor.FindFieldByName(name);
}
