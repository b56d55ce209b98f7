using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.ApiServer.Registry.StorageClasses;

/// <summary>StorageClasses.</summary>
internal sealed class StorageClassStrategy : ResourceStrategy<StorageClass>;
