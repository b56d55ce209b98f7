using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Rules;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Checks objects of any kind. They are expected defaulted and normalized; all that is wrong is reported at once.</summary>
public static class ObjectValidation
{
    /// <summary>Checks an object that is to be created.</summary>
    public static FieldErrorList Validate(IApiObject value)
    {
        if (value is Pod pod) return PodValidation.Validate(pod);
        if (value is Binding binding) return BindingValidation.Validate(binding);

        var errors = Metadata(value);
        var rules = KindRules.Of(value);
        rules.Check(value, errors);
        rules.CheckNew(value, errors);
        return errors;
    }

    /// <summary>Checks a change through a subresource, or through the main resource where that is "".</summary>
    public static FieldErrorList ValidateUpdate(IApiObject value, IApiObject old, string subresource) => (subresource, value) switch
    {
        ("status", _) => ValidateStatusUpdate(value, old),
        ("ephemeralcontainers", Pod pod) => PodValidation.ValidateEphemeralContainersUpdate(pod, (Pod)old),
        _ => ValidateUpdate(value, old),
    };

    /// <summary>Checks a change through the main resource; the old object's resourceVersion, uid and times have been put back.</summary>
    public static FieldErrorList ValidateUpdate(IApiObject value, IApiObject old)
    {
        if (value is Pod pod) return PodValidation.ValidateUpdate(pod, (Pod)old);

        var errors = ChangedMetadata(value, old);
        var rules = KindRules.Of(value);
        rules.Check(value, errors);
        rules.CheckChange(value, old, errors);
        return errors;
    }

    /// <summary>Checks a change through the status subresource.</summary>
    public static FieldErrorList ValidateStatusUpdate(IApiObject value, IApiObject old)
    {
        if (value is Pod pod) return PodValidation.ValidateStatusUpdate(pod, (Pod)old);

        var errors = ChangedMetadata(value, old);
        KindRules.Of(value).CheckStatus(value, old, errors);
        return errors;
    }

    private static FieldErrorList ChangedMetadata(IApiObject value, IApiObject old)
    {
        var errors = MetadataValidation.ValidateUpdate(value.Metadata, old.Metadata);
        errors.Add(Metadata(value));
        return errors;
    }

    private static FieldErrorList Metadata(IApiObject value) =>
        MetadataValidation.Validate(value.Metadata, ApiKinds.Of(value).Namespaced, KindRules.Of(value).NameRule);
}
