using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.ServiceAccounts;

/// <summary>ServiceAccounts.</summary>
internal sealed class ServiceAccountStrategy : ResourceStrategy<ServiceAccount>;
