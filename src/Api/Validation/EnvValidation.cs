using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Environment variables and where their values come from.</summary>
internal static class EnvValidation
{
    private static readonly string[] EnvFields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs",
        "status.podIP", "status.podIPs",
    ];

    private static readonly string[] VolumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] KnownFields = [.. EnvFields.Concat(VolumeFields).Distinct()];

    private static readonly string[] ContainerResources =
        ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

    public static void Env(IReadOnlyList<EnvVar> variables, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            var at = path.Index(i);
            if (variables[i].Name.Length == 0) errors.Add(FieldError.Required(at.Child("name")));
            else errors.AddInvalid(at.Child("name"), variables[i].Name, NameRules.EnvironmentVariable(variables[i].Name));
            if (variables[i].ValueFrom is not null) ValueFrom(variables[i], at.Child("valueFrom"), errors);
        }
    }

    public static void EnvFrom(IReadOnlyList<EnvFromSource> sources, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var (source, at) = (sources[i], path.Index(i));
            if (source.Prefix.Length > 0) errors.AddInvalid(at.Child("prefix"), source.Prefix, NameRules.EnvironmentVariable(source.Prefix));
            if (source.ConfigMapRef is { } configMap) Name(configMap.LocalObjectReference?.Name ?? "", at.Child("configMapRef"), errors);
            if (source.SecretRef is { } secret) Name(secret.LocalObjectReference?.Name ?? "", at.Child("secretRef"), errors);
            if (source.ConfigMapRef is null && source.SecretRef is null)
                errors.Add(FieldError.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
            else if (source.ConfigMapRef is not null && source.SecretRef is not null)
                errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
        }
    }

    /// <summary>A field of the pod for the downward API; in volumes labels and annotations as a whole are allowed too.</summary>
    public static void FieldRef(ObjectFieldSelector field, bool isVolume, FieldPath path, FieldErrorList errors)
    {
        if (field.ApiVersion.Length == 0) errors.Add(FieldError.Required(path.Child("apiVersion")));
        else if (field.FieldPath.Length == 0) errors.Add(FieldError.Required(path.Child("fieldPath")));
        else if (IsSubscripted(field.FieldPath, out var map, out var key)) Subscript(field.FieldPath, map, key, path, errors);
        else if (!KnownFields.Contains(field.FieldPath))
            errors.Add(FieldError.Invalid(path.Child("fieldPath"), field.FieldPath, $"error converting fieldPath: field label not supported: {field.FieldPath}"));
        else Check.OneOf(field.FieldPath, path.Child("fieldPath"), errors, isVolume ? VolumeFields : EnvFields);
    }

    public static void ResourceFieldRef(ResourceFieldSelector resource, bool isVolume, FieldPath path, FieldErrorList errors)
    {
        if (isVolume && resource.ContainerName.Length == 0) errors.Add(FieldError.Required(path.Child("containerName")));
        else if (resource.Resource.Length == 0) errors.Add(FieldError.Required(path.Child("resource")));
        else if (!resource.Resource.Contains("hugepages-", StringComparison.Ordinal)) Check.OneOf(resource.Resource, path.Child("resource"), errors, ContainerResources);
    }

    private static void ValueFrom(EnvVar variable, FieldPath path, FieldErrorList errors)
    {
        var count = 0;
        if (variable.ValueFrom.FieldRef is { } field)
        {
            count++;
            FieldRef(field, isVolume: false, path.Child("fieldRef"), errors);
        }
        if (variable.ValueFrom.ResourceFieldRef is { } resource)
        {
            count++;
            ResourceFieldRef(resource, isVolume: false, path.Child("resourceFieldRef"), errors);
        }
        if (variable.ValueFrom.ConfigMapKeyRef is { } configMap)
        {
            count++;
            Key(configMap.LocalObjectReference?.Name ?? "", configMap.Key, path.Child("configMapKeyRef"), errors);
        }
        if (variable.ValueFrom.SecretKeyRef is { } secret)
        {
            count++;
            Key(secret.LocalObjectReference?.Name ?? "", secret.Key, path.Child("secretKeyRef"), errors);
        }
        if (count == 0)
            errors.Add(FieldError.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
        if (variable.Value.Length > 0 && count > 0) errors.Add(FieldError.Invalid(path, "", "may not be specified when `value` is not empty"));
        else if (count > 1) errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
    }

    private static void Name(string name, FieldPath path, FieldErrorList errors)
    {
        if (name.Length == 0) errors.Add(FieldError.Required(path.Child("name")));
        else errors.AddInvalid(path.Child("name"), name, NameRules.Subdomain(name));
    }

    private static void Key(string name, string key, FieldPath path, FieldErrorList errors)
    {
        errors.AddInvalid(path.Child("name"), name, NameRules.Subdomain(name));
        if (key.Length == 0) errors.Add(FieldError.Required(path.Child("key")));
        else errors.AddInvalid(path.Child("key"), key, NameRules.ConfigMapKey(key));
    }

    private static bool IsSubscripted(string fieldPath, out string map, out string key)
    {
        var open = fieldPath.IndexOf("['", StringComparison.Ordinal);
        (map, key) = open > 0 && fieldPath.EndsWith("']", StringComparison.Ordinal) && fieldPath.Length >= open + 4
            ? (fieldPath[..open], fieldPath[(open + 2)..^2])
            : ("", "");
        return map.Length > 0;
    }

    private static void Subscript(string whole, string map, string key, FieldPath path, FieldErrorList errors)
    {
        if (map is "metadata.annotations") errors.AddInvalid(path, key, NameRules.QualifiedName(key.ToLowerInvariant()));
        else if (map is "metadata.labels") errors.AddInvalid(path, key, NameRules.QualifiedName(key));
        else errors.Add(FieldError.Invalid(path, whole, "does not support subscript"));
    }
}
