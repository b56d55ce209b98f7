using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Validation;

/// <summary>Which rule the names of a kind's objects obey.</summary>
internal static class ObjectKindRules
{
    public static Func<string, IReadOnlyList<string>> NameRule(ApiKind kind) => kind.Kind switch
    {
        "Namespace" => NameRules.Label,
        "Service" => NameRules.Dns1035Label,
        _ => NameRules.Subdomain,
    };
}
