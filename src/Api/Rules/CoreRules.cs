using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;

namespace MiniK8s.Api.Rules;

// The kinds whose checks stand in Validation; Pods are apart (PodValidation), since their order of checks is their own.

internal sealed class PodRules : ObjectRules<Pod>
{
    protected override void Default(Pod value) => PodDefaults.Apply(value);
}

internal sealed class NamespaceRules : ObjectRules<Namespace>
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    public override Func<string, IReadOnlyList<string>> NameRule => NameRules.Label;

    protected override void Default(Namespace value)
    {
        value.Status.Phase = PodDefaults.Or(value.Status.Phase, "Active");
        if (value.Metadata.Name.Length > 0) value.Metadata.Labels[NameLabel] = value.Metadata.Name;
    }
}

internal sealed class NodeObjectRules : ObjectRules<Node>
{
    protected override void Default(Node value)
    {
        if (value.Status.Allocatable.Count == 0) value.Status.Allocatable.Add(value.Status.Capacity);
    }

    protected override void Check(Node value, FieldErrorList errors) => NodeValidation.Check(value, errors);

    protected override void CheckChange(Node value, Node old, FieldErrorList errors) => NodeValidation.Update(value, old, errors);
}

internal sealed class ServiceRules : ObjectRules<Service>
{
    public override Func<string, IReadOnlyList<string>> NameRule => NameRules.Dns1035Label;

    protected override void Default(Service value) => ServiceDefaults.Apply(value);

    protected override void Check(Service value, FieldErrorList errors) => ServiceValidation.Check(value, errors);

    protected override void CheckChange(Service value, Service old, FieldErrorList errors) => ServiceValidation.Update(value, old, errors);
}

internal sealed class ConfigMapRules : ObjectRules<ConfigMap>
{
    protected override void Check(ConfigMap value, FieldErrorList errors) => ConfigValidation.Check(value, errors);

    protected override void CheckChange(ConfigMap value, ConfigMap old, FieldErrorList errors) => ConfigValidation.Update(value, old, errors);
}

internal sealed class SecretRules : ObjectRules<Secret>
{
    protected override void Default(Secret value) => value.Type = PodDefaults.Or(value.Type, "Opaque");

    protected override void Check(Secret value, FieldErrorList errors) => ConfigValidation.Check(value, errors);

    protected override void CheckChange(Secret value, Secret old, FieldErrorList errors) => ConfigValidation.Update(value, old, errors);
}

internal sealed class EndpointsRules : ObjectRules<Endpoints>
{
    protected override void Default(Endpoints value)
    {
        foreach (var port in value.Subsets.SelectMany(subset => subset.Ports)) port.Protocol = PodDefaults.Or(port.Protocol, "TCP");
    }

    protected override void Check(Endpoints value, FieldErrorList errors) => EndpointValidation.Check(value, errors);
}

internal sealed class EndpointSliceRules : ObjectRules<EndpointSlice>
{
    protected override void Default(EndpointSlice value)
    {
        foreach (var port in value.Ports)
        {
            if (!port.HasName) port.Name = "";
            if (!port.HasProtocol) port.Protocol = "TCP";
        }
    }

    protected override void Check(EndpointSlice value, FieldErrorList errors) => EndpointValidation.Check(value, errors);

    protected override void CheckChange(EndpointSlice value, EndpointSlice old, FieldErrorList errors) => EndpointValidation.Update(value, old, errors);
}

internal sealed class LeaseRules : ObjectRules<Lease>
{
    protected override void Check(Lease value, FieldErrorList errors) => LeaseValidation.Check(value, errors);
}

internal sealed class EventRules : ObjectRules<Event>
{
    protected override void Check(Event value, FieldErrorList errors) => EventValidation.Check(value, errors);
}
