using Google.Protobuf;

using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Protocol
{
    /// <summary>An object of the API: any message that is a kind.</summary>
    /// <remarks>Objects that come out of a cache are shared: <c>Clone()</c> before changing one.</remarks>
    public interface IApiObject : IMessage
    {
        /// <summary>Name, namespace, version and the other things every object has.</summary>
        ObjectMeta Metadata { get; set; }
    }

    /// <summary>A list of one kind, as a collection read answers it.</summary>
    public interface IApiList : IMessage
    {
        /// <summary>The collection's resourceVersion and, in pages, the token for the next one.</summary>
        ListMeta Metadata { get; set; }
    }
}

namespace MiniK8s.Protocol.Core.V1
{
    public partial class Pod : IApiObject;
    public partial class PodList : IApiList;
    public partial class Binding : IApiObject;
    public partial class Node : IApiObject;
    public partial class NodeList : IApiList;
    public partial class Namespace : IApiObject;
    public partial class NamespaceList : IApiList;
    public partial class Event : IApiObject;
    public partial class EventList : IApiList;
    public partial class Service : IApiObject;
    public partial class ServiceList : IApiList;
    public partial class Endpoints : IApiObject;
    public partial class EndpointsList : IApiList;
    public partial class ConfigMap : IApiObject;
    public partial class ConfigMapList : IApiList;
    public partial class Secret : IApiObject;
    public partial class SecretList : IApiList;
    public partial class ServiceAccount : IApiObject;
    public partial class ServiceAccountList : IApiList;
}

namespace MiniK8s.Protocol.Coordination.V1
{
    public partial class Lease : IApiObject;
    public partial class LeaseList : IApiList;
}

namespace MiniK8s.Protocol.Discovery.V1
{
    public partial class EndpointSlice : IApiObject;
    public partial class EndpointSliceList : IApiList;
}
