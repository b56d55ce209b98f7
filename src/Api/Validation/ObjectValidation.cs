using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Checks objects of any kind. They are expected defaulted and normalized; all that is wrong is reported at once.</summary>
public static class ObjectValidation
{
    /// <summary>Checks an object that is to be created.</summary>
    public static FieldErrorList Validate(IApiObject value)
    {
        if (value is Pod pod) return PodValidation.Validate(pod);
        if (value is Binding binding) return BindingValidation.Validate(binding);

        var kind = ApiKinds.Of(value);
        var errors = MetadataValidation.Validate(value.Metadata, kind.Namespaced, ObjectKindRules.NameRule(kind));
        Body(value, errors);
        return errors;
    }

    /// <summary>Checks a change through the main resource; the old object's resourceVersion, uid and times have been put back.</summary>
    public static FieldErrorList ValidateUpdate(IApiObject value, IApiObject old)
    {
        if (value is Pod pod) return PodValidation.ValidateUpdate(pod, (Pod)old);

        var errors = MetadataValidation.ValidateUpdate(value.Metadata, old.Metadata);
        errors.Add(Validate(value));
        switch (value)
        {
            case Node node: NodeValidation.Update(node, (Node)old, errors); break;
            case Service service: ServiceValidation.Update(service, (Service)old, errors); break;
            case ConfigMap map: ConfigValidation.Update(map, (ConfigMap)old, errors); break;
            case Secret secret: ConfigValidation.Update(secret, (Secret)old, errors); break;
            case EndpointSlice slice: EndpointValidation.Update(slice, (EndpointSlice)old, errors); break;
        }
        return errors;
    }

    /// <summary>Checks a change through the status subresource.</summary>
    public static FieldErrorList ValidateStatusUpdate(IApiObject value, IApiObject old) => value switch
    {
        Pod pod => PodValidation.ValidateStatusUpdate(pod, (Pod)old),
        _ => ValidateUpdate(value, old),
    };

    private static void Body(IApiObject value, FieldErrorList errors)
    {
        switch (value)
        {
            case Node node: NodeValidation.Check(node, errors); break;
            case Service service: ServiceValidation.Check(service, errors); break;
            case ConfigMap map: ConfigValidation.Check(map, errors); break;
            case Secret secret: ConfigValidation.Check(secret, errors); break;
            case Endpoints endpoints: EndpointValidation.Check(endpoints, errors); break;
            case EndpointSlice slice: EndpointValidation.Check(slice, errors); break;
            case Lease lease: LeaseValidation.Check(lease, errors); break;
            case Event happening: EventValidation.Check(happening, errors); break;
        }
    }
}
