using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What every object's metadata must be.</summary>
public static class MetadataValidation
{
    /// <summary>Keys and values of all annotations together, in bytes.</summary>
    public const int MaxAnnotationBytes = 256 * 1024;

    private static readonly FieldPath Root = FieldPath.Of("metadata");
    private static readonly string[] StandardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"];

    /// <summary>Checks metadata of a new or changed object.</summary>
    public static FieldErrorList Validate(ObjectMeta metadata, bool isNamespaced, Func<string, IReadOnlyList<string>> nameRule)
    {
        var errors = new FieldErrorList();
        ValidateName(metadata, nameRule, errors);
        ValidateNamespace(metadata, isNamespaced, errors);
        if (metadata.Generation < 0) errors.Add(FieldError.Invalid(Root.Child("generation"), metadata.Generation, NotNegative));
        Labels(metadata.Labels, Root.Child("labels"), errors);
        Annotations(metadata.Annotations, Root.Child("annotations"), errors);
        OwnerReferences(metadata.OwnerReferences, Root.Child("ownerReferences"), errors);
        Finalizers(metadata.Finalizers, Root.Child("finalizers"), errors);
        return errors;
    }

    /// <summary>Checks what an update may not do to metadata. The stored resourceVersion must have been filled in before.</summary>
    public static FieldErrorList ValidateUpdate(ObjectMeta metadata, ObjectMeta old)
    {
        var errors = new FieldErrorList();
        NewFinalizers(metadata, old, errors);
        if (metadata.ResourceVersion.Length == 0) errors.Add(FieldError.Invalid(Root.Child("resourceVersion"), "", "must be specified for an update"));
        if (metadata.Generation < old.Generation) errors.Add(FieldError.Invalid(Root.Child("generation"), metadata.Generation, "must not be decremented"));
        Immutable(metadata.Name, old.Name, Root.Child("name"), errors);
        Immutable(metadata.Namespace, old.Namespace, Root.Child("namespace"), errors);
        Immutable(metadata.Uid, old.Uid, Root.Child("uid"), errors);
        if (!Equals(metadata.CreationTimestamp, old.CreationTimestamp)) errors.Add(ImmutableTime("creationTimestamp"));
        if (!Equals(metadata.DeletionTimestamp, old.DeletionTimestamp)) errors.Add(ImmutableTime("deletionTimestamp"));
        if (metadata.HasDeletionGracePeriodSeconds != old.HasDeletionGracePeriodSeconds
            || metadata.DeletionGracePeriodSeconds != old.DeletionGracePeriodSeconds)
        {
            object? value = metadata.HasDeletionGracePeriodSeconds ? metadata.DeletionGracePeriodSeconds : null;
            errors.Add(FieldError.Invalid(Root.Child("deletionGracePeriodSeconds"), value, "field is immutable"));
        }
        return errors;
    }

    internal const string NotNegative = "must be greater than or equal to 0";

    /// <summary>Checks labels, or anything that must look like labels.</summary>
    internal static void Labels(IEnumerable<KeyValuePair<string, string>> labels, FieldPath path, FieldErrorList errors)
    {
        foreach (var (key, value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            errors.AddInvalid(path, key, NameRules.QualifiedName(key));
            errors.AddInvalid(path, value, NameRules.LabelValue(value));
        }
    }

    internal static void Immutable(string value, string old, FieldPath path, FieldErrorList errors)
    {
        if (value != old) errors.Add(FieldError.Invalid(path, value, "field is immutable"));
    }

    private static FieldError ImmutableTime(string field) => FieldError.Invalid(Root.Child(field), FieldError.Omitted, "field is immutable");

    private static void ValidateName(ObjectMeta metadata, Func<string, IReadOnlyList<string>> nameRule, FieldErrorList errors)
    {
        if (metadata.GenerateName.Length > 0)
            errors.AddInvalid(Root.Child("generateName"), metadata.GenerateName, NameRules.AsPrefix(nameRule, metadata.GenerateName));
        if (metadata.Name.Length == 0) errors.Add(FieldError.Required(Root.Child("name"), "name or generateName is required"));
        else errors.AddInvalid(Root.Child("name"), metadata.Name, nameRule(metadata.Name));
    }

    private static void ValidateNamespace(ObjectMeta metadata, bool isNamespaced, FieldErrorList errors)
    {
        var path = Root.Child("namespace");
        if (!isNamespaced && metadata.Namespace.Length > 0) errors.Add(FieldError.Forbidden(path, "not allowed on this type"));
        if (!isNamespaced) return;
        if (metadata.Namespace.Length == 0) errors.Add(FieldError.Required(path));
        else errors.AddInvalid(path, metadata.Namespace, NameRules.Label(metadata.Namespace));
    }

    internal static void Annotations(IEnumerable<KeyValuePair<string, string>> annotations, FieldPath path, FieldErrorList errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
        {
            errors.AddInvalid(path, key, NameRules.QualifiedName(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }
        if (size > MaxAnnotationBytes) errors.Add(FieldError.TooLong(path, MaxAnnotationBytes));
    }

    // The real server gives no index here.
    private static void OwnerReferences(IEnumerable<OwnerReference> owners, FieldPath path, FieldErrorList errors)
    {
        OwnerReference? controller = null;
        foreach (var owner in owners)
        {
            if (owner.ApiVersion.Length == 0) errors.Add(FieldError.Invalid(path.Child("apiVersion"), "", "version must not be empty"));
            if (owner.Kind.Length == 0) errors.Add(FieldError.Invalid(path.Child("kind"), "", "kind must not be empty"));
            if (owner.Name.Length == 0) errors.Add(FieldError.Invalid(path.Child("name"), "", "name must not be empty"));
            if (owner.Uid.Length == 0) errors.Add(FieldError.Invalid(path.Child("uid"), "", "uid must not be empty"));
            if (owner is { ApiVersion: "v1", Kind: "Event" })
                errors.Add(FieldError.Invalid(path, FieldError.Omitted, "/v1, Kind=Event is disallowed from being an owner"));
            if (!owner.Controller) continue;
            if (controller is not null)
            {
                errors.Add(FieldError.Invalid(path, FieldError.Omitted,
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {controller.Name} and {owner.Name}"));
            }
            controller ??= owner;
        }
    }

    private static void Finalizers(IReadOnlyList<string> finalizers, FieldPath path, FieldErrorList errors)
    {
        foreach (var finalizer in finalizers) errors.AddInvalid(path, finalizer, NameRules.QualifiedName(finalizer));
        if (finalizers.Contains("orphan") && finalizers.Contains("foregroundDeletion"))
        {
            errors.Add(FieldError.Invalid(path, new GoValue(GoText.StringSlice(finalizers)),
                "finalizer orphan and foregroundDeletion cannot be both set"));
        }
        for (var i = 0; i < finalizers.Count; i++)
        {
            if (!finalizers[i].Contains('/', StringComparison.Ordinal) && !StandardFinalizers.Contains(finalizers[i]))
                errors.Add(FieldError.Invalid(path.Index(i), finalizers[i], "name is neither a standard finalizer name nor is it fully qualified"));
        }
    }

    private static void NewFinalizers(ObjectMeta metadata, ObjectMeta old, FieldErrorList errors)
    {
        if (old.DeletionTimestamp is null) return;
        string[] added = [.. metadata.Finalizers.Except(old.Finalizers).Order(StringComparer.Ordinal)];
        if (added.Length == 0) return;
        errors.Add(FieldError.Forbidden(Root.Child("finalizers"),
            $"no new finalizers can be added if the object is being deleted, found new finalizers {GoText.StringSlice(added)}"));
    }
}
