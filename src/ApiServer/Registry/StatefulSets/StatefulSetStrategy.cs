using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Registry.StatefulSets;

/// <summary>StatefulSets.</summary>
internal sealed class StatefulSetStrategy : SpecStatusStrategy<StatefulSet>;
