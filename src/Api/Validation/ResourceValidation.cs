using Google.Protobuf.Collections;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Requests, limits and what resources may be called.</summary>
internal static class ResourceValidation
{
    private static readonly string[] OfContainers = ["cpu", "memory", "ephemeral-storage"];

    private const string Storage = "storage";

    // Things that are counted, and come in whole numbers.
    private static readonly string[] Whole =
    [
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
        "services.nodeports", "services.loadbalancers",
    ];

    private static readonly string[] Counted =
    [
        .. Whole, Storage, "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ];

    public static void Container(ResourceRequirements? resources, FieldPath path, FieldErrorList errors)
    {
        if (resources is null) return;
        Amounts(resources.Limits, path.Child("limits"), errors);
        foreach (var (name, text) in resources.Requests.OrderBy(request => request.Key, StringComparer.Ordinal))
        {
            Amount(name, text, path.Child("requests").Key(name), errors);
            AgainstLimit(name, Quantity.Parse(text), resources.Limits, path, errors);
        }
    }

    public static void Amounts(MapField<string, string> amounts, FieldPath path, FieldErrorList errors)
    {
        foreach (var (name, text) in amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal)) Amount(name, text, path.Key(name), errors);
    }

    /// <summary>Amounts of a node: any resource name, nothing negative.</summary>
    public static void NodeAmounts(MapField<string, string> amounts, FieldPath path, FieldErrorList errors)
    {
        foreach (var (name, text) in amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal))
        {
            ResourceName(name, path.Key(name), errors);
            Value(name, text, path.Key(name), errors);
        }
    }

    /// <summary>One resource of a quota: its name, and its amount.</summary>
    public static void Quota(string name, string text, FieldPath path, FieldErrorList errors)
    {
        ResourceName(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal) && !IsQuota(name))
            errors.Add(FieldError.Invalid(path, name, "must be a standard resource for quota"));
        Value(name, text, path, errors);
    }

    /// <summary>The name of a resource: of any, or of one that containers can have.</summary>
    public static void Name(string name, bool isOfContainers, FieldPath path, FieldErrorList errors)
    {
        ResourceName(name, path, errors);
        if (!isOfContainers) return;
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            if (!IsOfContainers(name)) errors.Add(FieldError.Invalid(path, name, "must be a standard resource for containers"));
        }
        else if (!IsNative(name) && !IsExtended(name)) errors.Add(FieldError.Invalid(path, name, "doesn't follow extended resource name standard"));
    }

    /// <summary>Whether a quota can be about a resource of this name; names with a domain are beyond this list.</summary>
    public static bool IsQuota(string name) =>
        IsOfContainers(name) || (name != Storage && Counted.Contains(name)) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    /// <summary>Whether more of it can be given out than there is, so that requests may be below limits.</summary>
    public static bool MayOvercommit(string name) => IsNative(name) && !IsHugePages(name);

    private static void Amount(string name, string text, FieldPath path, FieldErrorList errors)
    {
        Name(name, isOfContainers: true, path, errors);
        Value(name, text, path, errors);
    }

    private static void ResourceName(string name, FieldPath path, FieldErrorList errors)
    {
        var messages = NameRules.QualifiedName(name);
        errors.AddInvalid(path, name, messages);
        if (messages.Count == 0 && !name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
            errors.Add(FieldError.Invalid(path, name, "must be a standard resource type or fully qualified"));
    }

    private static void Value(string name, string text, FieldPath path, FieldErrorList errors)
    {
        var quantity = Quantity.Parse(text);
        if (quantity.Sign < 0) errors.Add(FieldError.Invalid(path, quantity.ToString(), MetadataValidation.NotNegative));
        if ((IsExtended(name) || Whole.Contains(name)) && quantity.MilliValue % 1000 != 0)
            errors.Add(FieldError.Invalid(path, quantity.ToString(), "must be an integer"));
    }

    private static void AgainstLimit(string name, Quantity request, MapField<string, string> limits, FieldPath path, FieldErrorList errors)
    {
        var mayOvercommit = MayOvercommit(name);
        if (!limits.TryGetValue(name, out var text))
        {
            if (!mayOvercommit) errors.Add(FieldError.Required(path.Child("limits"), "Limit must be set for non overcommitable resources"));
            return;
        }
        var limit = Quantity.Parse(text);
        if (!mayOvercommit && request != limit)
            errors.Add(FieldError.Invalid(path.Child("requests"), request.ToString(), $"must be equal to {name} limit of {limit}"));
        else if (request > limit)
            errors.Add(FieldError.Invalid(path.Child("requests"), request.ToString(), $"must be less than or equal to {name} limit of {limit}"));
    }

    private static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static bool IsOfContainers(string name) => OfContainers.Contains(name) || IsHugePages(name);

    private static bool IsStandard(string name) =>
        IsOfContainers(name) || Counted.Contains(name) || name.StartsWith("requests.hugepages-", StringComparison.Ordinal);

    private static bool IsNative(string name) =>
        !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool IsExtended(string name) =>
        !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && NameRules.QualifiedName("requests." + name).Count == 0;
}
