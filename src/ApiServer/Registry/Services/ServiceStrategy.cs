using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Storage;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Services;

/// <summary>Services: each holds its cluster IP and node ports alone.</summary>
/// <remarks>
/// Addresses and ports are claims: keys in the store that are written in the same transaction as the Service, so no two Services can hold
/// one and none is lost. What the client leaves open is drawn at random; a draw that was taken is drawn again.
/// </remarks>
internal sealed class ServiceStrategy(ClusterIpRange addresses, IIdentitySource chance) : ResourceStrategy<Service>
{
    private const string Headless = "None";
    private const string AddressClaims = StoreKeys.Root + "ranges/serviceips/";
    private const string PortClaims = StoreKeys.Root + "ranges/servicenodeports/";
    private const int FirstNodePort = 30000;
    private const int NodePortCount = 2768;

    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field) => field switch
    {
        "spec.clusterIP" => ((Service)obj).Spec.ClusterIp,
        "spec.type" => ((Service)obj).Spec.Type,
        _ => base.FieldOf(obj, field),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> ClaimsOf(IApiObject obj)
    {
        var spec = ((Service)obj).Spec;
        var claims = new List<string>();
        if (spec.ClusterIp is not ("" or Headless)) claims.Add(AddressClaims + spec.ClusterIp);
        claims.AddRange(spec.Ports.Where(port => port.NodePort > 0).Select(port => $"{PortClaims}{port.NodePort}").Distinct());
        return claims;
    }

    /// <inheritdoc/>
    public override void Allocate(IApiObject obj, IApiObject? existing)
    {
        var service = (Service)obj;
        var choice = Choices.GetValue(service, _ => new Choice());
        AllocateAddress(service.Spec, choice);
        AllocatePorts(service.Spec, choice);
    }

    /// <inheritdoc/>
    public override FieldError? ClaimRefusal(IApiObject obj, string claim)
    {
        var service = (Service)obj;
        var choice = Choices.GetValue(service, _ => new Choice());
        var path = FieldPath.Of("spec");
        if (claim.StartsWith(AddressClaims, StringComparison.Ordinal))
        {
            if (choice.HasAddress) return null;
            var ip = claim[AddressClaims.Length..];
            return FieldError.Invalid(path.Child("clusterIPs"), new GoList(service.Spec.ClusterIps),
                $"failed to allocate IP {ip}: provided IP is already allocated");
        }
        var port = claim[PortClaims.Length..];
        var index = service.Spec.Ports.ToList().FindIndex(each => $"{each.NodePort}" == port);
        if (choice.Ports.Contains(index)) return null;
        return FieldError.Invalid(path.Child("ports").Index(index).Child("nodePort"), int.Parse(port), "provided port is already allocated");
    }

    /// <inheritdoc/>
    protected override void PrepareForCreate(Service obj)
    {
        obj.Status = new ServiceStatus { LoadBalancer = new() };
        Tidy(obj.Spec);
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Service obj, Service existing, string subresource)
    {
        if (subresource == "status")
        {
            obj.Spec = existing.Spec;
            return;
        }
        obj.Status = existing.Status;
        // What the server chose stays when a client's copy does not know it.
        if (obj.Spec.Type != "ExternalName" && existing.Spec.Type != "ExternalName")
        {
            if (obj.Spec.ClusterIp.Length == 0) obj.Spec.ClusterIp = existing.Spec.ClusterIp;
            if (obj.Spec.ClusterIps.Count == 0 && obj.Spec.ClusterIp == existing.Spec.ClusterIp) obj.Spec.ClusterIps.Add(existing.Spec.ClusterIps);
            if (obj.Spec.IpFamilies.Count == 0) obj.Spec.IpFamilies.Add(existing.Spec.IpFamilies);
            if (!obj.Spec.HasIpFamilyPolicy && existing.Spec.HasIpFamilyPolicy) obj.Spec.IpFamilyPolicy = existing.Spec.IpFamilyPolicy;
        }
        if (NeedsNodePorts(obj.Spec)) KeepNodePorts(obj.Spec, existing.Spec);
        else foreach (var port in obj.Spec.Ports) port.NodePort = 0;
        Tidy(obj.Spec);
    }

    private void AllocateAddress(ServiceSpec spec, Choice choice)
    {
        if (spec.Type == "ExternalName") return;
        if (spec.ClusterIp.Length == 0 || choice.HasAddress)
        {
            choice.HasAddress = true;
            // The first address is the apiserver's.
            spec.ClusterIp = addresses.At(1 + chance.Next(addresses.Count - 1));
            spec.ClusterIps.Clear();
        }
        if (spec.ClusterIps.Count == 0) spec.ClusterIps.Add(spec.ClusterIp);
        if (spec.IpFamilies.Count == 0) spec.IpFamilies.Add("IPv4");
        if (!spec.HasIpFamilyPolicy) spec.IpFamilyPolicy = "SingleStack";
    }

    private void AllocatePorts(ServiceSpec spec, Choice choice)
    {
        if (!NeedsNodePorts(spec)) return;
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            if (spec.Ports[i].NodePort > 0 && !choice.Ports.Contains(i)) continue;
            choice.Ports.Add(i);
            spec.Ports[i].NodePort = FirstNodePort + chance.Next(NodePortCount);
        }
    }

    private static bool NeedsNodePorts(ServiceSpec spec) =>
        spec.Type == "NodePort" || (spec.Type == "LoadBalancer" && (!spec.HasAllocateLoadBalancerNodePorts || spec.AllocateLoadBalancerNodePorts));

    private static void KeepNodePorts(ServiceSpec spec, ServiceSpec existing)
    {
        foreach (var port in spec.Ports.Where(port => port.NodePort == 0))
        {
            var before = existing.Ports.FirstOrDefault(old => old.Port == port.Port && old.Protocol == port.Protocol);
            if (before is not null) port.NodePort = before.NodePort;
        }
    }

    private static void Tidy(ServiceSpec spec)
    {
        if (spec.Type == "ExternalName") spec.ClusterIps.Clear();
        else if (spec.ClusterIp.Length > 0 && spec.ClusterIps.Count == 0) spec.ClusterIps.Add(spec.ClusterIp);
        else if (spec.ClusterIp.Length == 0 && spec.ClusterIps.Count > 0) spec.ClusterIp = spec.ClusterIps[0];
    }

    // What was drawn for an object, as opposed to asked for by its client; forgotten with the object.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Service, Choice> Choices = [];

    private sealed class Choice
    {
        public bool HasAddress { get; set; }

        public HashSet<int> Ports { get; } = [];
    }

    private sealed class GoList(IEnumerable<string> items)
    {
        private readonly string _text = $"[{string.Join(",", items.Select(GoText.Quote))}]";

        public override string ToString() => _text;
    }
}
