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

// The kinds get theirs from their declarations (eng/Kinds.targets); these are objects that are never stored, or not in this form.
namespace MiniK8s.Protocol.Core.V1
{
    public partial class Binding : IApiObject;
}

namespace MiniK8s.Protocol.Autoscaling.V1
{
    public partial class Scale : IApiObject;

    public partial class HorizontalPodAutoscaler : IApiObject;

    public partial class HorizontalPodAutoscalerList : IApiList;
}

namespace MiniK8s.Protocol.Policy.V1
{
    public partial class Eviction : IApiObject;
}

namespace MiniK8s.Protocol.Events.V1
{
    public partial class Event : IApiObject;

    public partial class EventList : IApiList;
}

namespace MiniK8s.Protocol.Authentication.V1
{
    public partial class SelfSubjectReview : IApiObject;

    public partial class TokenReview : IApiObject;

    public partial class TokenRequest : IApiObject;
}

namespace MiniK8s.Protocol.Authorization.V1
{
    public partial class SelfSubjectAccessReview : IApiObject;

    public partial class SelfSubjectRulesReview : IApiObject;
}

namespace MiniK8s.Protocol.Metrics.V1Beta1
{
    public partial class NodeMetrics : IApiObject;

    public partial class NodeMetricsList : IApiList;

    public partial class PodMetrics : IApiObject;

    public partial class PodMetricsList : IApiList;
}
