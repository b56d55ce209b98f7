using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a ConfigMap and a Secret must be.</summary>
internal static class ConfigValidation
{
    /// <summary>Bytes of all values together.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const string Frozen = "field is immutable when `immutable` is set";

    private static readonly FieldPath Data = FieldPath.Of("data");
    private static readonly FieldPath BinaryData = FieldPath.Of("binaryData");

    public static void Check(ConfigMap map, FieldErrorList errors)
    {
        foreach (var key in map.Data.Keys.Order(StringComparer.Ordinal))
        {
            errors.AddInvalid(Data.Key(key), key, NameRules.ConfigMapKey(key));
            if (map.BinaryData.ContainsKey(key)) errors.Add(FieldError.Invalid(Data.Key(key), key, "duplicate of key present in binaryData"));
        }
        foreach (var key in map.BinaryData.Keys.Order(StringComparer.Ordinal)) errors.AddInvalid(BinaryData.Key(key), key, NameRules.ConfigMapKey(key));
        var size = map.Data.Values.Sum(value => (long)Encoding.UTF8.GetByteCount(value)) + map.BinaryData.Values.Sum(value => (long)value.Length);
        if (size > MaxBytes) errors.Add(FieldError.TooLong(FieldPath.Of("<nil>"), MaxBytes) with { Field = "" });
    }

    public static void Check(Secret secret, FieldErrorList errors)
    {
        foreach (var key in secret.Data.Keys.Order(StringComparer.Ordinal)) errors.AddInvalid(Data.Key(key), key, NameRules.ConfigMapKey(key));
        if (secret.Data.Values.Sum(value => (long)value.Length) > MaxBytes) errors.Add(FieldError.TooLong(Data, MaxBytes));
        foreach (var key in RequiredKeys(secret.Type).Where(key => !secret.Data.ContainsKey(key))) errors.Add(FieldError.Required(Data.Key(key)));
    }

    public static void Update(ConfigMap map, ConfigMap old, FieldErrorList errors)
    {
        if (!old.Immutable) return;
        if (!map.Immutable) errors.Add(FieldError.Forbidden(FieldPath.Of("immutable"), Frozen));
        if (!map.Data.Equals(old.Data)) errors.Add(FieldError.Forbidden(Data, Frozen));
        if (!map.BinaryData.Equals(old.BinaryData)) errors.Add(FieldError.Forbidden(BinaryData, Frozen));
    }

    public static void Update(Secret secret, Secret old, FieldErrorList errors)
    {
        MetadataValidation.Immutable(secret.Type, old.Type, FieldPath.Of("type"), errors);
        if (!old.Immutable) return;
        if (!secret.Immutable) errors.Add(FieldError.Forbidden(FieldPath.Of("immutable"), Frozen));
        if (!secret.Data.Equals(old.Data)) errors.Add(FieldError.Forbidden(Data, Frozen));
    }

    private static string[] RequiredKeys(string type) => type switch
    {
        "kubernetes.io/dockercfg" => [".dockercfg"],
        "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
        "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
        "kubernetes.io/tls" => ["tls.crt", "tls.key"],
        _ => [],
    };
}
