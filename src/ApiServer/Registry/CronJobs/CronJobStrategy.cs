using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.ApiServer.Registry.CronJobs;

/// <summary>CronJobs.</summary>
internal sealed class CronJobStrategy : SpecStatusStrategy<CronJob>;
